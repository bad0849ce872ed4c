// The day on which a page was read, for its copy on paper.
const today = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long" }).format(new Date());
for (const place of document.querySelectorAll("[data-today]")) place.textContent = today;
