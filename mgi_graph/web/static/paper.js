// The address of a page and the day on which it was read, for its copy on paper.
const today = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long" }).format(new Date());
for (const place of document.querySelectorAll("[data-today]")) place.textContent = today;
const told = () => { for (const place of document.querySelectorAll("[data-address]")) place.textContent = location.href; };
addEventListener("beforeprint", told);
told();
