// What the modules of the SPARQL editor share: words in the page's language, elements, names and addresses of IRIs.
export const BASE = "https://w3id.org/mgi-graph/";

const french = document.documentElement.lang === "fr";
const prefixes = {
  "https://w3id.org/mgi-graph/ontology#": "mgi:", "https://w3id.org/mgi-graph/id/": "id:",
  "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf:", "http://www.w3.org/2000/01/rdf-schema#": "rdfs:",
  "http://www.w3.org/2002/07/owl#": "owl:", "http://www.w3.org/2001/XMLSchema#": "xsd:",
  "http://www.w3.org/2004/02/skos/core#": "skos:", "http://purl.org/dc/terms/": "dcterms:", "http://www.w3.org/ns/org#": "org:",
  "http://data.europa.eu/eli/ontology#": "eli:", "http://www.w3.org/ns/prov#": "prov:",
};

export function t(en, fr) {
  return french ? fr : en;
}

export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (["role", "scope", "aria-label"].includes(key)) made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children);
  return made;
}

export function shorten(iri) {
  const namespace = Object.keys(prefixes).find((start) => iri.startsWith(start));
  return namespace ? prefixes[namespace] + iri.slice(namespace.length) : iri;
}

// Where an IRI leads: ours to its page here, another of the web to itself, any other nowhere.
export function addressOf(iri) {
  if (!iri.startsWith(BASE)) return /^https?:\/\/[^\s<>"\\]+$/i.test(iri) ? iri : "";
  const [place, fragment] = iri.slice(BASE.length).split("#", 2);
  const path = encodeURI(place.replace(/^id\//, "doc/")).replaceAll("?", "%3F").replace(/^\/+/, "");
  return `/${path}?lang=${document.documentElement.lang}${fragment ? `#${encodeURIComponent(fragment)}` : ""}`;
}

export function pathOf(place) {
  const language = new URLSearchParams(place.search).get("lang");
  return place.pathname + (language ? `?lang=${encodeURIComponent(language)}` : "");
}
