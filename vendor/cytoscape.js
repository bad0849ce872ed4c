// Cytoscape.js with the layout fcose: `import cytoscape from "./vendor/cytoscape/cytoscape.js"`.
import cytoscape from "cytoscape";
import fcose from "cytoscape-fcose";

cytoscape.use(fcose);

export default cytoscape;
