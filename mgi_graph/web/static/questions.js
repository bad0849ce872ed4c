// Filters the catalogue while one types; without this the form asks the server for the same.
const field = document.getElementById("q");
const found = document.getElementById("found");
const french = document.documentElement.lang === "fr";
const groups = [...document.querySelectorAll(".group")].map((group) => ({
  group,
  name: fold(group.querySelector("h2").textContent),
  entries: [...group.querySelectorAll(".entries > div")].map((entry) => ({ entry, text: fold(`${entry.textContent} ${entry.dataset.text}`) })),
}));

function fold(text) {
  const plain = text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.replace(/œ/g, "oe").replace(/æ/g, "ae").replace(/[‐‑–—]/g, "-").replace(/[’ʼ]/g, "'");
}

function said(number) {
  if (!number) return french ? "Aucune question ne correspond. Essayez un autre mot." : "No question fits. Try another word.";
  if (number === 1) return french ? "1 question correspond." : "1 question fits.";
  return french ? `${number} questions correspondent.` : `${number} questions fit.`;
}

function filter() {
  const words = fold(field.value).split(/\s+/).filter(Boolean);
  let number = 0;
  for (const { group, name, entries } of groups) {
    let here = 0;
    for (const { entry, text } of entries) {
      const fits = words.every((word) => text.includes(word) || name.includes(word));
      entry.hidden = !fits;
      here += fits;
    }
    group.hidden = !here;
    number += here;
  }
  found.textContent = words.length ? said(number) : "";
}

if (!field.value) field.addEventListener("input", filter); // a list that the server has filtered holds no more than it shows
