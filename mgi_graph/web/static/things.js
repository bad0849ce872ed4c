// Draws the neighbourhood of a thing from the list that says the same; the library is fetched when the picture comes into view.

const BODIES = new Set(["Organisation", "State", "PublicOrganisation", "Ministry", "Agency", "AdministrativeUnit", "DiplomaticMission",
  "Government", "Parliament", "CoordinationBody", "InternationalOrganisation", "ConsultativeProcess", "Fund", "Observatory", "StakeholderGroup"]);
const TEXTS = new Set(["Constitution", "Law", "OrganicLaw", "Ordinance", "Decree", "Order", "LegalInstrument", "Treaty", "Agreement",
  "PolicyInstrument", "Instrument", "InternationalInstrument", "Provision"]);

for (const picture of document.querySelectorAll("[data-graph]")) {
  const edges = [...picture.parentElement.querySelectorAll("[data-edges] > li")];
  if (!edges.length) continue;
  picture.hidden = false;
  new IntersectionObserver(async (seen, observer) => {
    if (!seen.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    await draw(picture, edges);
  }, { rootMargin: "300px" }).observe(picture);
}

async function draw(picture, edges) {
  const { default: cytoscape } = await import("./vendor/cytoscape/cytoscape.js");
  claimStylesheet();
  const links = new Map();
  const graph = cytoscape({
    container: picture,
    elements: elements(edges, picture.dataset.here, links),
    style: style(getComputedStyle(document.documentElement)),
    layout: { name: "fcose", animate: false, randomize: true, nodeDimensionsIncludeLabels: true, nodeSeparation: 90, idealEdgeLength: 90, padding: 20 },
    maxZoom: 2,
    userZoomingEnabled: false,
    userPanningEnabled: !matchMedia("(pointer: coarse)").matches, // else a finger could not scroll past
    boxSelectionEnabled: false,
    autoungrabify: true,
  });
  graph.on("tap", "node", (event) => location.assign(links.get(event.target.id())));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
    graph.style(style(getComputedStyle(document.documentElement))));
}

// Cytoscape looks for an element of this name before it adds a style of its own, which the page's policy would refuse.
function claimStylesheet() {
  if (document.getElementById("__________cytoscape_stylesheet")) return;
  document.head.append(Object.assign(document.createElement("meta"), { id: "__________cytoscape_stylesheet" }));
}

function elements(edges, here, links) {
  const nodes = new Map();
  const drawn = edges.map((item, number) => {
    const { from, to, fromName, toName, fromKind, toKind, fromLink, toLink, words, standing } = item.dataset;
    for (const [id, label, kind, link] of [[from, fromName, fromKind, fromLink], [to, toName, toKind, toLink]]) {
      nodes.set(id, { data: { id, label: short(label), kind: id === here ? "here" : kindOf(kind) } });
      links.set(id, link);
    }
    return { data: { id: `edge ${number}`, source: from, target: to, label: words, standing } };
  });
  return [...nodes.values(), ...drawn];
}

function kindOf(name) {
  return BODIES.has(name) ? "body" : TEXTS.has(name) ? "text" : "other";
}

function short(label) {
  return label.length > 48 ? `${label.slice(0, 46)}…` : label;
}

function style(tokens) {
  const token = (name) => tokens.getPropertyValue(name).trim();
  const font = { "font-family": "system-ui, sans-serif", color: token("--ink"), "text-background-color": token("--paper"), "text-background-opacity": 0.8 };
  return [
    { selector: "node", style: { ...font, label: "data(label)", "font-size": 11, "text-wrap": "wrap", "text-max-width": 110, "text-valign": "bottom", "text-margin-y": 4, width: 18, height: 18, "background-color": token("--edge") } },
    { selector: "node[kind = 'body']", style: { "background-color": token("--accent") } },
    { selector: "node[kind = 'text']", style: { shape: "round-rectangle", "background-color": token("--reading") } },
    { selector: "node[kind = 'other']", style: { shape: "diamond", "background-color": token("--inferred") } },
    { selector: "node[kind = 'here']", style: { width: 30, height: 30, "font-weight": 600, "background-color": token("--accent"), "border-width": 4, "border-color": token("--accent-tint") } },
    { selector: "edge", style: { ...font, label: "data(label)", "font-size": 9, color: token("--quiet"), width: 1.5, "line-color": token("--edge"), "target-arrow-color": token("--edge"), "target-arrow-shape": "triangle", "curve-style": "bezier", "text-rotation": "autorotate", "text-wrap": "wrap", "text-max-width": 90 } },
    { selector: "edge[standing = 'reading']", style: { "line-style": "dashed" } },
  ];
}
