// The picture of the network beside its tables: what the tables say, drawn, by mouse and by keyboard.
import cytoscape from "./vendor/cytoscape/cytoscape.js";

const SVG = "http://www.w3.org/2000/svg";
const DASHES = { asserted: [], reading: [7, 5], inferred: [2, 4], together: [1, 7], denied: [12, 4, 2, 4] };
const COLOURS = { asserted: "--accent", reading: "--reading", inferred: "--inferred", together: "--edge", denied: "--denied" };
const SHAPES = {
  "public-body": "round-rectangle", coordination: "round-hexagon", international: "ellipse", state: "octagon",
  group: "ellipse", law: "rectangle", treaty: "round-diamond", policy: "round-tag", other: "triangle",
};
const MOST_DETAILED = 400;
const MOST_CHARACTERS = 48;
const AREA = 19000; // square pixels that a thing and its name need to be read
const LEAST = 9;
const MOST_SPREAD = 1.8;
const READABLE = 1;
const MOST_CROWDED = .62;
const MOST_PRESSED = 40;
const CLOSEST = 1.3;
const still = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");

const shown = () => document.querySelector("#shown");
const state = { cy: null, here: null, line: -1, asked: 0, opened: 0 };

const stage = document.querySelector("#stage-template").content.firstElementChild.cloneNode(true);
shown().before(stage);
const canvas = stage.querySelector(".canvas");
const panel = stage.querySelector(".panel");
const told = stage.querySelector("[data-told]");
const nest = stage.querySelector("[data-tool=nest]");
const part = stage.querySelector("[data-part]");
const whole = stage.querySelector("[data-tool=whole]");
nest.checked = new URLSearchParams(location.search).get("nest") === "yes";
whole.checked = new URLSearchParams(location.search).get("whole") === "yes";

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function looks() {
  const line = (standing) => ({
    selector: `edge[standing = "${standing}"]`,
    style: {
      "line-color": colour(COLOURS[standing]), "target-arrow-color": colour(COLOURS[standing]),
      "line-style": DASHES[standing].length ? "dashed" : "solid",
      ...(DASHES[standing].length && { "line-dash-pattern": DASHES[standing] }),
    },
  });
  return [
    { selector: "node", style: {
      label: (node) => brief(node.data("label")) + more(node), shape: (node) => SHAPES[node.data("kind")] ?? "ellipse", width: size, height: size,
      "background-color": colour("--paper"), "border-width": 2, "border-color": colour("--ink"),
      color: colour("--ink"), "font-size": (node) => Math.min(13 + Math.sqrt(node.data("degree") ?? 0), 18), "text-wrap": "wrap", "text-max-width": 130, "text-valign": "bottom",
      "text-margin-y": 4, "text-background-color": colour("--paper"), "text-background-opacity": .75, "min-zoomed-font-size": 6,
    } },
    { selector: "node[kind = 'law'], node[kind = 'treaty'], node[kind = 'policy']", style: { "background-color": colour("--accent-tint") } },
    { selector: "node:parent", style: {
      "background-color": colour("--tint"), "background-opacity": .6, "border-style": "solid", "border-color": colour("--edge"),
      shape: "round-rectangle", padding: 14, "text-valign": "top", "font-weight": "bold",
    } },
    { selector: "edge", style: {
      width: 1.6, "curve-style": "bezier", "target-arrow-shape": (edge) => (edge.data("symmetric") ? "none" : "triangle"),
      "arrow-scale": .9, "line-cap": "round",
    } },
    ...Object.keys(DASHES).map(line),
    { selector: "edge[relation = 'supervisedBy']", style: { "target-arrow-shape": "diamond", width: 2.6 } },
    { selector: "edge[relation = 'unitOf']", style: { "target-arrow-shape": "square", width: 2.6 } },
    { selector: "edge.nested", style: { display: "none" } },
    { selector: ".aside", style: { display: "none" } },
    { selector: ".far", style: { opacity: .18 } },
    { selector: "node.here", style: { "border-width": 5, "border-color": colour("--accent"), label: (node) => node.data("label") + more(node), "min-zoomed-font-size": 0, "font-weight": "bold", "z-index": 9 } },
    { selector: "edge.here", style: { width: 4, label: "data(label)", "font-size": 10, color: colour("--ink"), "text-background-color": colour("--paper"), "text-background-opacity": .9, "z-index": 9 } },
  ];
}

function brief(text) {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS - 1).trimEnd()}…` : text;
}

// How many of the things that are linked with one are not drawn.
function more(node) {
  const left = node.neighborhood("node.aside").length;
  return left ? ` +${left}` : "";
}

function size(node) {
  return 16 + 5 * Math.sqrt(node.data("degree") ?? 0);
}

async function draw() {
  const number = ++state.asked;
  const answer = await fetch(`/explore/network.json?${shown().dataset.query}`);
  if (!answer.ok || number !== state.asked) return;
  const { elements } = await answer.json();
  state.cy?.destroy();
  state.here = null;
  const many = elements.nodes.length > MOST_DETAILED;
  state.cy = cytoscape({
    container: canvas, elements, style: looks(), minZoom: .08, maxZoom: 4,
    textureOnViewport: many, hideEdgesOnViewport: many, boxSelectionEnabled: false, selectionType: "single",
  });
  state.cy.on("tap", "node", ({ target }) => open(target));
  state.cy.on("tap", "edge", ({ target }) => open(target));
  state.cy.on("tap", ({ target }) => target === state.cy && forget());
  arrange();
  requestAnimationFrame(() => requestAnimationFrame(() => { // by then it is on the screen, and a click meets what is drawn
    if (number === state.asked) canvas.dataset.ready = elements.nodes.length;
  }));
}

// Draw the things with most links, as many as can be read, of these those that are linked with each other; or all.
function leave() {
  const nodes = state.cy.nodes();
  const most = Math.max(LEAST, Math.round(canvas.clientWidth * canvas.clientHeight / AREA));
  state.cy.elements().removeClass("aside");
  if (!whole.checked && nodes.length > 1.3 * most) {
    const around = state.cy.getElementById(shown().dataset.around);
    const first = nodes.sort((one, other) => rank(other) - rank(one)).slice(0, most).union(around);
    const linked = first.filter((node) => node.neighborhood("node").intersection(first).nonempty());
    const nested = nest.checked ? nodes.filter((node) => node.data("unit") || units(node).nonempty()) : nodes.slice(0, 0);
    nodes.not(linked).not(nested).addClass("aside");
  }
  tell();
}

const units = (node) => node.neighborhood("node").filter((other) => other.data("unit") === node.id());
const rank = (node) => node.data("degree") ?? 0;

function drawn() {
  const nodes = state.cy.nodes().not(".aside");
  return nodes.union(nodes.edgesWith(nodes).not(".nested"));
}

function tell() {
  const [some, all] = [drawn().nodes().length, state.cy.nodes().length];
  part.textContent = (some < all ? part.dataset.some : part.dataset.all).replace("{drawn}", some).replace("{all}", all);
}

// Draw what is linked with a thing, or the ends of a link, beside what is drawn already.
function reveal(element) {
  const asked = element.isNode() ? element.closedNeighborhood("node") : element.connectedNodes();
  const added = asked.filter(".aside");
  if (added.empty()) return;
  added.removeClass("aside");
  tell();
  layOut();
}

function arrange() {
  leave();
  layOut();
}

function layOut() {
  state.cy.nodes("[unit]").forEach((node) => {
    const parent = node.data("unit"), drawn = !node.hasClass("aside") && !state.cy.getElementById(parent).hasClass("aside");
    node.move({ parent: nest.checked && drawn ? parent : null });
  });
  state.cy.edges().forEach((edge) => {
    edge.toggleClass("nested", edge.source().ancestors().contains(edge.target()) || edge.target().ancestors().contains(edge.source()));
  });
  drawn().layout({
    name: "fcose", quality: "default", animate: false, randomize: true, nodeSeparation: 75, idealEdgeLength: 65,
    nodeRepulsion: 5500, packComponents: true, tile: true, padding: 24, nodeDimensionsIncludeLabels: true,
  }).run();
  spread();
  fit();
}

// Turn what is laid out where it lies across the picture, draw it apart until it fills it, and together until it can be read.
function spread() {
  const nodes = drawn().nodes(":childless");
  const { clientWidth: width, clientHeight: height } = canvas;
  let { x1, y1, w, h } = nodes.boundingBox({ includeLabels: false });
  const turned = (w > h) !== (width > height) && Math.max(w / h, h / w) > 1.2;
  if (turned) [x1, y1, w, h] = [y1, x1, h, w];
  const ratio = (width - 160) * h / ((height - 80) * w) || 1;
  const [wider, higher] = [Math.min(Math.max(ratio, 1), MOST_SPREAD), Math.min(Math.max(1 / ratio, 1), MOST_SPREAD)];
  const zoom = Math.min(width / (w * wider), height / (h * higher));
  const few = !nest.checked && nodes.length <= MOST_PRESSED;
  const nearer = few ? Math.min(Math.max(zoom / READABLE, MOST_CROWDED), 1) : 1;
  const [across, down] = [wider * nearer, higher * nearer];
  state.cy.batch(() => nodes.forEach((node) => {
    const { x, y } = node.position();
    const [right, below] = turned ? [y, x] : [x, y];
    node.position({ x: x1 + (right - x1) * across, y: y1 + (below - y1) * down });
  }));
}

// What is chosen: marked in the picture and in the tables, and told.
function choose(element) {
  forget();
  state.here = element;
  const near = element.isNode() ? element.closedNeighborhood() : element.union(element.connectedNodes());
  state.cy.elements().not(near).not(near.ancestors()).addClass("far");
  element.addClass("here");
  const name = element.isNode() ? "node" : "edge";
  const row = shown().querySelector(`tr[data-${name}="${CSS.escape(element.id())}"]`);
  row?.classList.add("chosen");
  const links = element.isNode() ? [...new Set(element.connectedEdges().map((edge) => edge.data("sentence")))] : [];
  told.textContent = element.isNode() ? `${element.data("name")}. ${links.slice(0, 4).join(". ")}` : element.data("sentence");
}

function forget() {
  state.here = null;
  state.cy?.elements().removeClass("far here");
  shown().querySelectorAll("tr.chosen").forEach((row) => row.classList.remove("chosen"));
}

function open(element, focus = false) {
  reveal(element);
  choose(element);
  closer(element);
  const lang = document.documentElement.lang;
  show(element.isNode() ? `/explore/thing?${shown().dataset.query}&${new URLSearchParams({ iri: element.id(), filtered: "yes" })}` : `/explore/link/${element.id()}?lang=${lang}`, focus);
}

// Bring what is chosen and what is linked with it near enough to be read.
function closer(element) {
  const near = element.closedNeighborhood().intersection(drawn());
  const room = Math.min(canvas.clientWidth, canvas.clientHeight) - 80;
  const box = near.boundingBox();
  const zoom = Math.max(Math.min(room / Math.max(box.w, box.h), 1.3), .45);
  state.cy.animate({ center: { eles: element }, zoom, duration: still.matches ? 0 : 250 });
}

async function show(address, focus) {
  const number = ++state.opened;
  panel.setAttribute("aria-busy", "true");
  const answer = await fetch(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (number !== state.opened) return;
  const facts = page.querySelector("#facts");
  panel.removeAttribute("aria-busy");
  if (!facts) return void location.assign(address);
  facts.removeAttribute("id");
  panel.replaceChildren(facts);
  panel.scrollTop = 0;
  if (focus) panel.focus();
}

// Links to things and links, in the tables and in the panel, open in the panel.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-thing], a[data-link]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !(shown().contains(link) || panel.contains(link))) return;
  const element = state.cy?.getElementById(link.dataset.thing ?? link.dataset.link);
  event.preventDefault();
  if (element?.nonempty()) {
    open(element, true);
  } else show(link.href, true);
  if (shown().contains(link)) stage.scrollIntoView({ block: "nearest", behavior: still.matches ? "auto" : "smooth" });
});

// Cytoscape remembers where the picture lies until it is resized or scrolled. What is opened above moves it without either,
// and of a scroll it hears a frame later: it looks anew before a click or a turn of the wheel is reckoned.
for (const kind of ["pointerdown", "wheel"]) canvas.addEventListener(kind, () => state.cy?.resize(), { capture: true, passive: true });

// The keyboard.
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] };
canvas.addEventListener("keydown", (event) => {
  if (!state.cy || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key;
  if (ARROWS[key]) step(ARROWS[key]);
  else if (key === "Enter" && state.here) open(state.here, true);
  else if (key === "l") along();
  else if (key === "+") zoom(1.25);
  else if (key === "-") zoom(.8);
  else if (key === "0") fit();
  else if (key === "Escape") forget();
  else return;
  event.preventDefault();
});
canvas.addEventListener("focus", () => {
  if (state.cy && !state.here) choose(drawn().nodes().max(rank).ele);
});
panel.addEventListener("keydown", (event) => {
  if (event.key === "Escape") canvas.focus();
});

function step([x, y]) {
  const from = state.here?.isEdge() ? state.here.source() : state.here;
  if (!from) return void choose(drawn().nodes()[0]);
  const near = from.neighborhood("node").not(".aside");
  const next = nearest(from, near, x, y) ?? nearest(from, drawn().nodes().not(from), x, y);
  if (next) reach(next);
}

function nearest(from, nodes, x, y) {
  const start = from.position();
  let best = null, least = Infinity;
  nodes.forEach((node) => {
    const dx = node.position("x") - start.x, dy = node.position("y") - start.y;
    const ahead = dx * x + dy * y, aside = Math.abs(dx * y) + Math.abs(dy * x);
    if (ahead > 0 && aside <= 2 * ahead && ahead + 2 * aside < least) [best, least] = [node, ahead + 2 * aside];
  });
  return best;
}

function along() {
  const node = state.here?.isEdge() ? state.walk : state.here;
  if (!node) return;
  const edges = node.connectedEdges().intersection(drawn());
  if (edges.empty()) return;
  state.line = node === state.walk ? (state.line + 1) % edges.length : 0;
  state.walk = node;
  reach(edges[state.line]);
}

function reach(element) {
  choose(element);
  const box = element.renderedBoundingBox();
  if (box.x1 < 0 || box.y1 < 0 || box.x2 > canvas.clientWidth || box.y2 > canvas.clientHeight) state.cy.center(element);
}

function zoom(by) {
  state.cy.zoom({ level: state.cy.zoom() * by, renderedPosition: { x: canvas.clientWidth / 2, y: canvas.clientHeight / 2 } });
}

function fit() {
  state.cy.fit(drawn(), 16);
  if (state.cy.zoom() > CLOSEST) state.cy.zoom(CLOSEST).center(drawn());
}

// The tools.
stage.querySelector(".tools").addEventListener("click", ({ target }) => {
  const tool = target.closest("button")?.dataset.tool;
  if (!tool || !state.cy) return;
  ({ in: () => zoom(1.25), out: () => zoom(.8), fit, again: arrange, png: savePicture, svg: saveDrawing })[tool]();
});
nest.addEventListener("change", () => {
  remember("nest", nest);
  arrange();
});
whole.addEventListener("change", () => {
  remember("whole", whole);
  forget();
  arrange();
});

function remember(name, { checked }) {
  const address = new URL(location);
  if (checked) address.searchParams.set(name, "yes");
  else address.searchParams.delete(name);
  history.replaceState(null, "", address);
}

function save(content, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function savePicture() {
  const { w, h } = drawn().boundingBox();
  const most = 8000 / Math.max(w, h, 1);
  save(state.cy.png({ output: "blob", full: true, scale: Math.min(2, most), bg: colour("--paper") }), "mgi-graph-network.png");
}

function saveDrawing() {
  save(new Blob([new XMLSerializer().serializeToString(drawing())], { type: "image/svg+xml" }), "mgi-graph-network.svg");
}

// The picture as SVG: what is drawn, where it is drawn.
function drawing() {
  const box = drawn().boundingBox();
  const made = (name, facts, ...children) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(facts)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };
  const titled = (element, text) => { element.prepend(made("title", {}, text)); return element; };
  const round = (value) => Math.round(value * 10) / 10;
  const root = made("svg", { xmlns: SVG, viewBox: [box.x1 - 20, box.y1 - 20, box.w + 40, box.h + 40].map(round).join(" "), "font-family": "system-ui, sans-serif", "font-size": 10 });
  root.append(made("rect", { x: round(box.x1 - 20), y: round(box.y1 - 20), width: round(box.w + 40), height: round(box.h + 40), fill: colour("--paper") }));
  root.append(made("defs", {}, ...Object.keys(DASHES).map((standing) =>
    made("marker", { id: `arrow-${standing}`, viewBox: "0 0 8 8", refX: 8, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" }, made("path", { d: "M0 0L8 4L0 8z", fill: colour(COLOURS[standing]) })))));
  drawn().nodes(":parent").forEach((node) => {
    const area = node.boundingBox({ includeLabels: false });
    root.append(titled(made("rect", { x: round(area.x1), y: round(area.y1), width: round(area.w), height: round(area.h), rx: 8, fill: colour("--tint"), stroke: colour("--edge") }), node.data("name")));
    root.append(made("text", { x: round(area.x1 + area.w / 2), y: round(area.y1 - 4), "text-anchor": "middle", "font-weight": "bold", fill: colour("--ink") }, node.data("label")));
  });
  drawn().edges().forEach((edge) => {
    const [start, end] = [edge.sourceEndpoint(), edge.targetEndpoint()];
    const middle = edge.midpoint();
    const bend = { x: 2 * middle.x - (start.x + end.x) / 2, y: 2 * middle.y - (start.y + end.y) / 2 };
    const standing = edge.data("standing");
    root.append(titled(made("path", {
      d: `M${round(start.x)} ${round(start.y)}Q${round(bend.x)} ${round(bend.y)} ${round(end.x)} ${round(end.y)}`, fill: "none",
      stroke: colour(COLOURS[standing]), "stroke-width": 1.6, "stroke-linecap": "round",
      ...(DASHES[standing].length && { "stroke-dasharray": DASHES[standing].join(" ") }),
      ...(!edge.data("symmetric") && { "marker-end": `url(#arrow-${standing})` }),
    }), edge.data("sentence")));
  });
  drawn().nodes().not(":parent").forEach((node) => {
    const { x, y } = node.position(), half = node.width() / 2;
    const boxed = ["law", "treaty", "policy"].includes(node.data("kind"));
    const shape = boxed ? made("rect", { x: round(x - half), y: round(y - half), width: round(2 * half), height: round(2 * half), rx: 2, fill: colour("--accent-tint") }) : made("circle", { cx: round(x), cy: round(y), r: round(half), fill: colour("--paper") });
    shape.setAttribute("stroke", colour("--ink"));
    root.append(titled(shape, node.data("name")));
    root.append(made("text", { x: round(x), y: round(y + half + 12), "text-anchor": "middle", fill: colour("--ink") }, node.data("label")));
  });
  return root;
}

// Filters: what is chosen is fetched and put in place; the address says it.
const filters = document.querySelector("#filters");
filters.addEventListener("submit", (event) => {
  event.preventDefault();
  const given = [...new FormData(filters)].filter(([, value]) => value !== "");
  if (nest.checked) given.push(["nest", "yes"]);
  if (whole.checked) given.push(["whole", "yes"]);
  turn(`/explore?${new URLSearchParams(given)}`, true);
});
filters.addEventListener("change", (event) => event.target.matches("[type=checkbox], select") && filters.requestSubmit());
addEventListener("popstate", () => location.reload());

async function turn(address, remember) {
  const answer = await fetch(address);
  if (!answer.ok) return void location.assign(address);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  shown().replaceWith(page.querySelector("#shown"));
  document.querySelectorAll(".languages a").forEach((link, number) => {
    link.setAttribute("href", page.querySelectorAll(".languages a")[number].getAttribute("href"));
  });
  if (remember) history.pushState(null, "", address);
  told.textContent = shown().querySelector("#count").textContent;
  search();
  await draw();
}

function search() {
  const field = shown().querySelector("#find");
  field.closest("label").hidden = false;
  field.addEventListener("input", () => {
    const wanted = plain(field.value);
    shown().querySelectorAll("tbody tr").forEach((row) => { row.hidden = !plain(row.textContent).includes(wanted); });
  });
}

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

dark.addEventListener("change", () => state.cy?.style(looks()));
search();
draw();
