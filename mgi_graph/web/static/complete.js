// Completion for every field in which a thing is chosen: <input data-complete="KIND">, where KIND is a kind of /api/search, a class
// such as mgi:Organisation, or "" for anything. A combobox with a list (WAI-ARIA Authoring Practices 1.2). What is chosen is written
// into the field, as a name that means just that; with `data-go` its page is opened. Each choice is also told by the event "chosen",
// with the hit as `event.detail`. Other modules may call `complete(input)` for fields that they make themselves.

const WORDS = {
  en: { list: "Suggestions", some: (n) => `${n} suggestions`, one: "1 suggestion", none: "No suggestions" },
  fr: { list: "Suggestions", some: (n) => `${n} suggestions`, one: "1 suggestion", none: "Aucune suggestion" },
};
const LANGUAGE = document.documentElement.lang in WORDS ? document.documentElement.lang : "en";
const WAIT = 120;
const MOST = 8;
let made = 0;

export function complete(input) {
  if (input.role === "combobox") return;
  const words = WORDS[LANGUAGE];
  const id = `options-${++made}`;
  const box = element("div", { className: "combo" });
  const list = element("ul", { className: "options", id, role: "listbox", ariaLabel: words.list, hidden: true });
  const status = element("span", { className: "hidden", role: "status" });
  const hadFocus = document.activeElement === input;
  input.before(box);
  box.append(input, list, status);
  if (hadFocus) input.focus();
  input.role = "combobox";
  input.ariaAutoComplete = "list";
  input.ariaExpanded = "false";
  input.setAttribute("aria-controls", id);

  let hits = [];
  let active = -1;
  let stale = false; // the list is not yet that of the text
  let steps = 0; // how far arrows were pressed before the list came
  let wanted = false; // and whether Enter was, after them
  let timer;
  let request;

  function close() {
    clearTimeout(timer);
    request?.abort();
    stale = wanted = false;
    steps = 0;
    list.hidden = true;
    activate(-1);
    input.ariaExpanded = "false";
  }

  function activate(number) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = number;
    const option = list.children[active];
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  function move(by) {
    const places = hits.length + 1; // one is that of the text itself
    activate(((active + 1 + by) % places + places) % places - 1);
  }

  function show(found) {
    hits = found;
    active = -1;
    list.replaceChildren(...hits.map((hit, number) => option(hit, `${id}-${number}`)));
    list.hidden = hits.length === 0;
    input.ariaExpanded = String(hits.length > 0);
    input.removeAttribute("aria-activedescendant");
    const [by, chosen] = [steps, wanted];
    [stale, steps, wanted] = [false, 0, false];
    move(by);
    status.textContent = hits.length > 1 ? words.some(hits.length) : hits.length ? words.one : words.none;
    if (chosen && active >= 0) choose(hits[active]);
    else if (chosen) input.form?.requestSubmit();
  }

  function give() { // no list comes
    const chosen = wanted;
    close();
    if (chosen) input.form?.requestSubmit();
  }

  async function ask() {
    request?.abort();
    request = new AbortController();
    const { signal } = request;
    const text = input.value.trim();
    if (!text) return give();
    const asked = new URLSearchParams({ q: text.slice(0, 200), lang: LANGUAGE, limit: MOST });
    if (input.dataset.complete) asked.set("kind", input.dataset.complete);
    try {
      const reply = await fetch(`/api/search?${asked}`, { signal });
      const found = reply.ok ? (await reply.json()).hits : [];
      if (!signal.aborted) show(found);
    } catch (error) {
      if (error.name !== "AbortError") give();
    }
  }

  function choose(hit) {
    close();
    input.value = hit.value;
    input.dispatchEvent(new CustomEvent("chosen", { detail: hit, bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
    if ("go" in input.dataset) location.assign(`${hit.address}?lang=${LANGUAGE}`);
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    request?.abort(); // what comes now is not for this text
    [stale, steps, wanted] = [true, 0, false];
    activate(-1);
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const open = !list.hidden;
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (open && !stale) return move(step);
      steps += step;
      if (!stale) ask();
    } else if (event.key === "Enter" && steps) {
      event.preventDefault();
      wanted = true;
    } else if (event.key === "Enter" && open && active >= 0) {
      event.preventDefault();
      choose(hits[active]);
    } else if (event.key === "Escape" && open) {
      event.preventDefault();
      close();
    }
  });
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const chosen = event.target.closest("[role=option]");
    if (chosen) choose(hits[[...list.children].indexOf(chosen)]);
  });
}

function option(hit, id) {
  const made = element("li", { id, role: "option", ariaSelected: "false" });
  const label = element("span", { textContent: hit.label });
  if (hit.lang && hit.lang !== LANGUAGE) label.lang = hit.lang;
  const named = hit.kind !== "report" && hit.kind !== "record" && hit.acronym ? [hit.acronym] : [];
  const page = hit.page ? [/^\d/.test(hit.page) ? `p. ${hit.page}` : hit.page] : [];
  const other = hit.matched && hit.kind !== "report" && hit.kind !== "record" ? [hit.matched] : [];
  const note = [...named, hit.class_label, ...page, ...other].filter(Boolean).join(" · ");
  made.append(label, element("small", { textContent: note }));
  return made;
}

function element(name, properties) {
  return Object.assign(document.createElement(name), properties);
}

document.querySelectorAll("input[data-complete]").forEach(complete);
