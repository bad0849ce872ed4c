// The SPARQL editor: CodeMirror over the form's text field; completion, errors at their place, results in four views.
import {
  EditorState, EditorView, HighlightStyle, StreamLanguage, autocompletion, bracketMatching, closeBrackets, closeBracketsKeymap,
  completionKeymap, defaultKeymap, highlightActiveLine, history, historyKeymap, indentWithTab, keymap, lineNumbers, lintGutter,
  setDiagnostics, sparql, syntaxHighlighting, tags,
} from "./vendor/codemirror/codemirror.js";
import { showChart, showGraph, showTable } from "./sparql-results.js";
import { BASE, element, pathOf, t } from "./sparql-words.js";

const KEYWORDS = `SELECT CONSTRUCT ASK DESCRIBE WHERE FROM NAMED PREFIX BASE DISTINCT REDUCED OPTIONAL UNION MINUS GRAPH FILTER BIND VALUES
  GROUP ORDER BY HAVING LIMIT OFFSET AS ASC DESC EXISTS NOT IN UNDEF COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT STR LANG LANGMATCHES
  DATATYPE BOUND IRI BNODE ABS CEIL FLOOR ROUND CONCAT SUBSTR STRLEN REPLACE UCASE LCASE CONTAINS STRSTARTS STRENDS STRBEFORE
  STRAFTER YEAR MONTH DAY COALESCE IF STRLANG STRDT SAMETERM ISIRI ISBLANK ISLITERAL ISNUMERIC REGEX`.split(/\s+/);
const PLACE = /(?:line|ligne) (\d+), (?:column|colonne) (\d+)/;
const ACCEPT = "application/sparql-results+json, application/n-triples;q=0.9";
const MOST_OPTIONS = 40;

const form = document.getElementById("query-form");
const field = document.getElementById("query");
const status = document.getElementById("status");
const result = document.getElementById("result");
const problem = document.getElementById("problem");
const terms = fetch(`/sparql/terms?lang=${document.documentElement.lang}`).then((answer) => answer.json());

const colours = HighlightStyle.define([
  { tag: tags.keyword, class: "tok-keyword" },
  { tag: tags.comment, class: "tok-comment" },
  { tag: [tags.string, tags.number], class: "tok-literal" },
  { tag: [tags.atom, tags.propertyName, tags.name], class: "tok-iri" },
  { tag: [tags.variableName, tags.local(tags.variableName)], class: "tok-variable" },
]);

const view = new EditorView({ parent: document.getElementById("editor"), state: EditorState.create({ doc: first(), extensions: extensions() }) });
document.body.classList.add("editing");
form.addEventListener("submit", (event) => { event.preventDefault(); run(); });
document.getElementById("share").addEventListener("click", share);
document.getElementById("download").addEventListener("click", download);
window.addEventListener("hashchange", () => { const shared = inHash(); if (shared !== null) replace(shared); });

let running = null;
let shown = null;

function extensions() {
  return [
    lineNumbers(), history(), bracketMatching(), closeBrackets(), highlightActiveLine(), lintGutter(),
    StreamLanguage.define(sparql), syntaxHighlighting(colours), EditorView.lineWrapping,
    autocompletion({ override: [complete], icons: false }),
    EditorView.cspNonce.of(form.dataset.nonce),
    EditorView.contentAttributes.of({ "aria-label": t("SPARQL query", "Requête SPARQL"), "aria-describedby": "editor-hint", spellcheck: "false", tabindex: "0" }),
    keymap.of([
      { key: "Mod-Enter", run: () => { run(); return true; } },
      ...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap, indentWithTab,
    ]),
  ];
}

function inHash() {
  const shared = new URLSearchParams(location.hash.slice(1)).get("query");
  return shared;
}

function first() {
  return inHash() ?? field.value;
}

function replace(text) {
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
}

// Completion: variables of the query; things by name after "<"; terms by name or label, and keywords.

async function complete(context) {
  const variable = context.matchBefore(/[?$]\w*/);
  if (variable) return variables(context, variable);
  const iri = context.matchBefore(/<[^\s<>"{}|^`\\]*/);
  if (iri) return things(iri);
  const word = context.matchBefore(/[\p{L}_][\p{L}\w.-]*(?::[\p{L}\w.-]*)?/u);
  if (!word && !context.explicit) return null;
  return named(word ? word.text : "", word ? word.from : context.pos);
}

function variables(context, found) {
  const names = new Set(context.state.doc.toString().match(/[?$]\w+/g));
  names.delete(found.text);
  const options = [...names].sort().map((label) => ({ label, type: "variable" }));
  return options.length ? { from: found.from, options, validFor: /^[?$]\w*$/ } : null;
}

async function things(found) {
  const wanted = found.text.slice(1);
  if (wanted.length < 2 || wanted.includes("://")) return null;
  const address = `/api/search?${new URLSearchParams({ q: wanted.replaceAll("_", " "), lang: document.documentElement.lang, limit: 12 })}`;
  const answer = await fetch(address);
  if (!answer.ok) return null;
  const { hits } = await answer.json();
  const options = hits.filter((hit) => hit.iri.startsWith(BASE)).map((hit) => (
    { label: hit.label, detail: [hit.acronym, hit.class_label].filter(Boolean).join(" · "), apply: `<${hit.iri}>` }));
  return options.length ? { from: found.from, options, filter: false } : null;
}

async function named(text, from) {
  const wanted = fold(text);
  const known = await terms;
  const fitting = known.terms.map((term) => [rank(term, wanted), term]).filter(([place]) => place < 4);
  fitting.sort(([one], [other]) => one - other);
  const words = KEYWORDS.filter((word) => wanted && word.toLowerCase().startsWith(wanted)).map((label) => ({ label, type: "keyword" }));
  const options = [...words, ...fitting.slice(0, MOST_OPTIONS).map(([, term]) => option(term, known.prefixes))];
  return options.length ? { from, options, filter: false } : null;
}

function fold(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

function rank(term, wanted) {
  const name = fold(term.name), label = fold(term.label);
  if (name.startsWith(wanted)) return 0;
  if (name.slice(name.indexOf(":") + 1).startsWith(wanted)) return 1;
  if (label.split(/[\s’']+/).some((word) => word.startsWith(wanted))) return 2;
  return wanted.length > 2 && (name.includes(wanted) || label.includes(wanted)) ? 3 : 4;
}

function option(term, prefixes) {
  const kinds = { class: t("class", "classe"), property: t("property", "propriété") };
  return {
    label: term.name || `<${term.iri}>`,
    detail: [term.label, kinds[term.kind]].filter(Boolean).join(" · "),
    info: term.definition || undefined,
    apply: (target, _, from, to) => insert(target, term, from, to, prefixes),
  };
}

function insert(target, term, from, to, prefixes) {
  const text = term.name || `<${term.iri}>`;
  const prefix = term.name.slice(0, term.name.indexOf(":"));
  const declared = !term.name || new RegExp(`prefix\\s+${prefix}\\s*:`, "i").test(target.state.doc.toString());
  const line = declared ? "" : `PREFIX ${prefix}: <${prefixes[prefix]}>\n`;
  const changes = [...(line ? [{ from: 0, insert: line }] : []), { from, to, insert: text }];
  target.dispatch({ changes, selection: { anchor: from + line.length + text.length }, userEvent: "input.complete" });
}

// Running, and what comes of it.

async function run() {
  running?.abort();
  running = new AbortController();
  const query = view.state.doc.toString(), started = performance.now(), own = running;
  field.value = query;
  told(t("Running …", "En cours …"));
  problem.replaceChildren();
  view.dispatch(setDiagnostics(view.state, []));
  try {
    const answer = await ask(query, ACCEPT, own.signal);
    if (!answer.ok) return failed(await answer.text(), answer.headers.get("Content-Language"));
    await show(answer, performance.now() - started);
  } catch (error) {
    if (error.name !== "AbortError") failed(t("The server does not answer.", "Le serveur ne répond pas."));
  }
}

function ask(query, accept, signal) {
  const headers = { Accept: accept, "Accept-Language": document.documentElement.lang };
  return fetch("/sparql", { method: "POST", headers, body: new URLSearchParams({ query }), signal });
}

function told(text) {
  status.textContent = text;
}

function failed(message, lang = document.documentElement.lang) {
  told("");
  result.hidden = true;
  const [head, ...rest] = message.trim().split("\n");
  const place = PLACE.exec(message);
  const said = [element("p", { lang, className: "message" }, head)];
  if (rest.length) said.push(element("pre", { lang }, rest.join("\n")));
  problem.replaceChildren(element("div", { className: "notice error", role: "alert" }, ...said));
  if (place) at(Number(place[1]), Number(place[2]), head);
}

function at(line, column, message) {
  const { from, text } = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
  const before = [...text].slice(0, column - 1).join("");
  const after = /^[^\s{}()<>;,.]+/.exec(text.slice(before.length)); // the parser stops before a word, or right behind it
  const word = after ?? /[^\s{}()<>;,.]+$|.?$/.exec(before);
  const start = from + (after ? before.length : word.index);
  const end = Math.max(start + word[0].length, Math.min(start + 1, view.state.doc.length));
  view.dispatch(setDiagnostics(view.state, [{ from: Math.min(start, end), to: end, severity: "error", message }]));
  const label = t(`Go to line ${line}, column ${column}`, `Aller à la ligne ${line}, colonne ${column}`);
  const button = element("button", { type: "button", className: "quiet" }, label);
  button.addEventListener("click", () => {
    view.dispatch({ selection: { anchor: Math.min(start, end) }, scrollIntoView: true });
    view.focus();
  });
  problem.firstChild.append(button);
}

async function show(answer, milliseconds) {
  const kind = answer.headers.get("Content-Type").split(";")[0];
  const text = await answer.text();
  shown = kind === "application/n-triples" ? triples(text) : solutions(JSON.parse(text));
  shown.raw = new Map([[kind, text]]);
  const time = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 0 }).format(milliseconds);
  told(`${counted()} · ${time} ms`);
  result.hidden = false;
  document.getElementById("format-solutions").hidden = shown.isGraph;
  document.getElementById("format-graph").hidden = !shown.isGraph;
  select(["graph", "chart"].includes(chosen().id.slice(4)) && !shown.rows.length ? "tab-table" : chosen().id, false);
}

function counted() {
  if ("boolean" in shown) return shown.boolean ? t("Yes (true)", "Oui (true)") : t("No (false)", "Non (false)");
  const number = new Intl.NumberFormat(document.documentElement.lang).format(shown.rows.length);
  if (shown.isGraph) return t(`${number} triples`, `${number} triplets`);
  return shown.rows.length === 1 ? t("1 row", "1 ligne") : t(`${number} rows`, `${number} lignes`);
}

function solutions(json) {
  if ("boolean" in json) return { columns: [], rows: [], boolean: json.boolean, isGraph: false };
  return { columns: json.head.vars, rows: json.results.bindings, isGraph: false };
}

function triples(text) {
  const columns = ["subject", "predicate", "object"];
  const rows = text.split("\n").filter(Boolean).map((line) => {
    const found = /^(<[^>]*>|_:\S+) (<[^>]*>) (.*) \.$/.exec(line);
    return Object.fromEntries(columns.map((column, number) => [column, term(found[number + 1])]));
  });
  return { columns, rows, isGraph: true };
}

function term(text) {
  if (text.startsWith("<")) return { type: "uri", value: unescaped(text.slice(1, -1)) };
  if (text.startsWith("_:")) return { type: "bnode", value: text.slice(2) };
  const [, value, language, datatype] = /^"((?:[^"\\]|\\.)*)"(?:@([\w-]+)|\^\^<([^>]*)>)?$/s.exec(text);
  return { type: "literal", value: unescaped(value), "xml:lang": language, datatype };
}

function unescaped(text) {
  const simple = { t: "\t", b: "\b", n: "\n", r: "\r", f: "\f" };
  return text.replace(/\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))/g, (_, short, long, sign) =>
    sign ? simple[sign] ?? sign : String.fromCodePoint(Number.parseInt(short ?? long, 16)));
}

// The views: tabs as the ARIA Authoring Practices have them.

const tabs = [...document.querySelectorAll("[role=tab]")];
for (const tab of tabs) {
  tab.addEventListener("click", () => select(tab.id, true));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) select(tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length].id, true);
  });
}
document.getElementById("format").addEventListener("change", () => select(chosen().id, false));
document.getElementById("format-of-graph").addEventListener("change", () => select(chosen().id, false));

function chosen() {
  return tabs.find((tab) => tab.getAttribute("aria-selected") === "true");
}

function select(id, focus) {
  for (const tab of tabs) {
    const current = tab.id === id;
    tab.setAttribute("aria-selected", String(current));
    tab.tabIndex = current ? 0 : -1;
    if (current && focus) tab.focus();
  }
  const panel = document.getElementById("panel");
  panel.setAttribute("aria-labelledby", id);
  const views = { "tab-table": showTable, "tab-graph": showGraph, "tab-chart": showChart, "tab-raw": showRaw };
  if (shown) views[id](panel, shown);
}

function wantedType() {
  return document.getElementById(shown?.isGraph ? "format-of-graph" : "format").value;
}

async function raw() {
  const kind = wantedType();
  if (!shown.raw.has(kind)) {
    const answer = await ask(field.value, kind);
    shown.raw.set(kind, await answer.text());
  }
  return [kind, shown.raw.get(kind)];
}

async function showRaw(panel) {
  const [, text] = await raw();
  panel.replaceChildren(element("pre", { tabIndex: 0, className: "raw" }, text));
}

async function download() {
  if (!shown) return;
  const [kind, text] = await raw();
  const endings = { "application/sparql-results+json": "srj", "application/sparql-results+xml": "srx", "text/csv": "csv",
    "text/tab-separated-values": "tsv", "text/turtle": "ttl", "application/n-triples": "nt", "application/rdf+xml": "rdf",
    "application/ld+json": "jsonld", "application/n-quads": "nq", "application/trig": "trig" };
  const address = URL.createObjectURL(new Blob([text], { type: kind }));
  element("a", { href: address, download: `mgi-graph-result.${endings[kind] ?? "txt"}` }).click();
  URL.revokeObjectURL(address);
}

async function share() {
  const address = new URL(pathOf(location), location.origin);
  address.hash = new URLSearchParams({ query: view.state.doc.toString() });
  history_(address);
  const link = element("input", { type: "text", readOnly: true, value: String(address), id: "shared" });
  const label = element("label", { htmlFor: "shared" }, t("Link to this query", "Lien vers cette requête"));
  document.getElementById("sharing").replaceChildren(label, link);
  link.select();
  try {
    await navigator.clipboard.writeText(String(address));
    told(t("The link is copied.", "Le lien est copié."));
  } catch {
    told(t("Copy the link below.", "Copiez le lien ci-dessous."));
  }
}

function history_(address) {
  window.history.replaceState(null, "", address);
}
