// The views of a result: table, graph, chart. A result has columns, rows (column: term, as SPARQL 1.1 JSON has it), isGraph.
import { BASE, addressOf, element, shorten, t } from "./sparql-words.js";

const ROWS = 200;
const MOST_BARS = 60;
const MOST_NODES = 200;
const SVG = "http://www.w3.org/2000/svg";

export function showTable(panel, shown) {
  if ("boolean" in shown) return panel.replaceChildren(element("p", { className: "figure" }, String(shown.boolean)));
  if (!shown.rows.length) return say(panel, t("The result has no rows.", "Le résultat n’a aucune ligne."));
  const head = element("tr", {}, ...shown.columns.map((column) => element("th", { scope: "col" }, shown.isGraph ? column : `?${column}`)));
  const body = element("tbody");
  const region = element("div", { className: "wide", tabIndex: 0, role: "region", "aria-label": t("Result", "Résultat") },
    element("table", {}, element("thead", {}, head), body));
  panel.replaceChildren(region);
  more(panel, shown, body, 0);
}

function more(panel, shown, body, from) {
  for (const row of shown.rows.slice(from, from + ROWS)) {
    body.append(element("tr", {}, ...shown.columns.map((column) => cell(row[column]))));
  }
  const left = shown.rows.length - from - ROWS;
  if (left <= 0) return;
  const next = Math.min(left, ROWS);
  const button = element("button", { type: "button", className: "quiet" }, t(`Show ${next} more of ${left}`, `Afficher ${next} de plus sur ${left}`));
  button.addEventListener("click", () => { button.remove(); more(panel, shown, body, from + ROWS); });
  panel.append(button);
}

function cell(term) {
  if (!term) return element("td");
  if (term.type === "uri") {
    const address = addressOf(term.value);
    return element("td", { title: term.value }, address ? element("a", { href: address }, shorten(term.value)) : term.value);
  }
  if (term.type === "bnode") return element("td", {}, `_:${term.value}`);
  const text = element("td", {}, term.value);
  if (term["xml:lang"]) {
    text.lang = term["xml:lang"];
    text.append(" ", element("small", { className: "quiet" }, `@${term["xml:lang"]}`));
  }
  if (isNumber(term)) text.className = "number";
  return text;
}

function isNumber(term) {
  return term?.type === "literal" && /(integer|decimal|double|float|int|long)$/i.test(term.datatype ?? "") && Number.isFinite(Number(term.value));
}

function say(panel, text) {
  panel.replaceChildren(element("p", { className: "quiet" }, text));
}

function named(term) {
  if (!term) return "";
  return term.type === "uri" ? shorten(term.value) : term.value;
}

// A field to choose one of some columns.
function field(id, label, columns, chosen, changed) {
  const options = columns.map((column) => element("option", { value: column, selected: column === chosen }, column));
  const select = element("select", { id }, ...options);
  select.addEventListener("change", () => changed(select.value));
  return element("div", { className: "field" }, element("label", { htmlFor: id }, label), select);
}

export function showChart(panel, shown, of, by) {
  const numbers = shown.columns.filter((column) => shown.rows.length && shown.rows.every((row) => !row[column] || isNumber(row[column])));
  if (shown.isGraph || !numbers.length || shown.columns.length < 2) {
    return say(panel, t("A chart needs a column of numbers and another column.", "Un graphique demande une colonne de nombres et une autre colonne."));
  }
  const value = by ?? numbers.at(-1);
  const names = shown.columns.filter((column) => column !== value);
  const label = of && of !== value ? of : names.find((column) => shown.rows.some((row) => row[column]?.type === "literal" && !isNumber(row[column]))) ?? names[0];
  const rows = shown.rows.filter((row) => row[value]).slice(0, MOST_BARS);
  const fields = element("div", { className: "fields" },
    field("chart-of", t("Bars", "Barres"), names, label, (column) => showChart(panel, shown, column, value)),
    field("chart-by", t("Length", "Longueur"), numbers, value, (column) => showChart(panel, shown, label, column)));
  const note = rows.length < shown.rows.length ? [element("p", { className: "quiet" }, t(`The first ${rows.length} rows.`, `Les ${rows.length} premières lignes.`))] : [];
  const region = element("div", { className: "wide", tabIndex: 0, role: "region", "aria-label": t("Chart", "Graphique") }, bars(rows, label, value));
  panel.replaceChildren(fields, region, ...note);
}

function bars(rows, label, value) {
  const most = Math.max(...rows.map((row) => Math.abs(Number(row[value].value))), 0) || 1;
  const chart = drawn("svg", { viewBox: `0 0 760 ${rows.length * 26 + 8}`, width: 760, height: rows.length * 26 + 8, class: "picture", role: "img",
    "aria-label": t(`Bars: ${value} of each ${label}; the table has the numbers.`, `Barres : ${value} de chaque ${label} ; le tableau donne les nombres.`) });
  rows.forEach((row, number) => {
    const y = number * 26 + 4, size = (Math.abs(Number(row[value].value)) / most) * 400;
    const name = named(row[label]);
    chart.append(
      drawn("text", { x: 270, y: y + 16, "text-anchor": "end", class: "label" }, name.length > 42 ? `${name.slice(0, 41)}…` : name),
      drawn("rect", { x: 280, y: y + 3, width: Math.max(size, 1), height: 18, class: "bar" }),
      drawn("text", { x: 288 + size, y: y + 16, class: "value" }, row[value].value));
  });
  return chart;
}

function drawn(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

export async function showGraph(panel, shown, from, to) {
  const things = shown.columns.filter((column) => shown.rows.some((row) => ["uri", "bnode"].includes(row[column]?.type)));
  const ends = shown.isGraph ? ["subject", "object"] : [from ?? things[0], to ?? things.findLast((column) => column !== (from ?? things[0]))];
  if (!ends[0] || !ends[1]) {
    return say(panel, t("A graph needs two columns of things, or CONSTRUCT.", "Un graphe demande deux colonnes de choses, ou CONSTRUCT."));
  }
  const by = shown.isGraph ? "predicate" : things.find((column) => !ends.includes(column) && shown.rows.every((row) => row[column]?.value.startsWith(`${BASE}ontology#`)));
  const edges = shown.rows.map((row) => [row[ends[0]], row[ends[1]], by && row[by]])
    .filter(([one, other]) => one && other && one.type !== "literal" && other.type !== "literal");
  const values = [...new Set(edges.flatMap(([one, other]) => [one.value, other.value]))].slice(0, MOST_NODES);
  const kept = new Set(values);
  const fields = shown.isGraph ? [] : [element("div", { className: "fields" },
    field("graph-from", t("From", "De"), things, ends[0], (column) => showGraph(panel, shown, column, ends[1])),
    field("graph-to", t("To", "Vers"), things, ends[1], (column) => showGraph(panel, shown, ends[0], column)))];
  const place = element("div", { className: "network", role: "img",
    "aria-label": t(`A network of ${values.length} things; the table has the same.`, `Un réseau de ${values.length} choses ; le tableau contient la même chose.`) });
  const note = element("p", { className: "quiet" }, t("Drag to move, scroll to zoom; a double click opens a thing’s page.",
    "Glisser pour déplacer, molette pour agrandir ; un double clic ouvre la page d’une chose."));
  panel.replaceChildren(...fields, place, note);
  const [library, labels] = await Promise.all([import("./vendor/cytoscape/cytoscape.js"), names(values)]);
  const nodes = values.map((value) => ({ data: { id: value, label: labels.get(value) ?? shorten(value) } }));
  const lines = edges.filter(([one, other]) => kept.has(one.value) && kept.has(other.value))
    .map(([one, other, relation], number) => ({ data: { id: `edge ${number}`, source: one.value, target: other.value, label: relation ? shorten(relation.value).replace(/^.*:/, "") : "" } }));
  draw(library.default, place, [...nodes, ...lines]);
}

async function names(values) {
  const iris = values.filter((value) => /^[a-z][a-z0-9+.-]*:[^\s<>"{}|^`\\]*$/i.test(value)).map((value) => `<${value}>`).join(" ");
  const query = `PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
    SELECT ?thing ?label WHERE { VALUES ?thing { ${iris} } ?thing rdfs:label ?label
      FILTER(LANG(?label) IN ("", "en", "${document.documentElement.lang}")) } ORDER BY (LANG(?label) = "${document.documentElement.lang}") ?thing ?label`;
  const answer = await fetch("/sparql", { method: "POST", headers: { Accept: "application/sparql-results+json" }, body: new URLSearchParams({ query }) });
  if (!answer.ok) return new Map();
  return new Map((await answer.json()).results.bindings.map((row) => [row.thing.value, row.label.value]));
}

function draw(cytoscape, place, elements) {
  marked();
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const network = cytoscape({
    container: place,
    elements,
    layout: { name: "fcose", animate: false, randomize: true, idealEdgeLength: 110, nodeSeparation: 110, nodeDimensionsIncludeLabels: true },
    style: [
      { selector: "node", style: { label: "data(label)", "background-color": colour("--accent"), color: colour("--ink"), width: 16, height: 16,
        "font-size": 11, "text-wrap": "wrap", "text-max-width": 130, "text-valign": "bottom", "text-margin-y": 4,
        "text-background-color": colour("--paper"), "text-background-opacity": 0.8 } },
      { selector: "edge", style: { label: "data(label)", width: 1.5, "line-color": colour("--edge"), "target-arrow-color": colour("--edge"),
        "target-arrow-shape": "triangle", "curve-style": "bezier", "font-size": 10, color: colour("--quiet"),
        "text-background-color": colour("--paper"), "text-background-opacity": 0.8, "text-rotation": "autorotate" } },
    ],
  });
  network.on("dbltap", "node", (event) => { const address = addressOf(event.target.id()); if (address) location.assign(address); });
}

// Cytoscape writes a style element unless one of this name is there; the policy of our pages refuses it, and sparql.css has the rule.
function marked() {
  const id = "__________cytoscape_stylesheet";
  if (!document.getElementById(id)) document.head.append(element("meta", { id }));
}
