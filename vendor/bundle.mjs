// Bundles each library that has an entry in this folder (NAME.js) into ../mgi_graph/web/static/vendor/NAME/, with the licences
// of all packages in it, and lists them in static/vendor/README.md. Run by `make vendor`, in this folder, after `npm install`.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { build } from "esbuild";

const TARGET = new URL("../mgi_graph/web/static/vendor/", import.meta.url).pathname;
const PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)\//g;

rmSync(TARGET, { recursive: true, force: true });
const names = readdirSync(".").filter((file) => file.endsWith(".js")).map((file) => basename(file, ".js")).sort();
const sections = [];
for (const name of names) sections.push(await bundle(name));
writeFileSync(`${TARGET}README.md`, readme(sections));

async function bundle(name) {
  const folder = `${TARGET}${name}`;
  mkdirSync(folder, { recursive: true });
  const result = await build({
    entryPoints: [`${name}.js`],
    outfile: `${folder}/${name}.js`,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    loader: { ".svg": "dataurl", ".ttf": "dataurl", ".woff": "dataurl", ".woff2": "dataurl", ".png": "dataurl" },
    define: { "process.env.NODE_ENV": '"production"', global: "globalThis" },
    metafile: true,
  });
  const packages = packagesIn(Object.keys(result.metafile.inputs));
  writeFileSync(`${folder}/LICENSES.txt`, packages.map(licence).join("\n"));
  return { name, packages, files: readdirSync(folder).sort().map((file) => facts(`${name}/${file}`)) };
}

function packagesIn(inputs) {
  const found = new Map();
  for (const input of inputs) {
    const nested = [...input.matchAll(PACKAGE)].at(-1);
    if (!nested) continue;
    const folder = input.slice(0, nested.index + nested[0].length);
    const { name, version, license } = JSON.parse(readFileSync(`${folder}package.json`, "utf8"));
    if (!license) throw new Error(`${name} states no licence`);
    found.set(`${name} ${version}`, { name, version, license: license.type ?? license, folder });
  }
  return [...found.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

function licence({ name, version, license, folder }) {
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
  const text = file ? readFileSync(`${folder}${file}`, "utf8").trim() : "The package carries no text of its licence.";
  return `${name} ${version} (${license})\n\n${text}\n`;
}

function facts(path) {
  const bytes = readFileSync(`${TARGET}${path}`);
  return { path, bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}

function readme(sections) {
  const lines = [
    "# Vendored libraries",
    "",
    "Other people's code, bundled by `make vendor` from the packages pinned in `vendor/package.json`; not edited by hand.",
    "The licences of all packages in a bundle stand in its `LICENSES.txt`.",
  ];
  for (const { name, packages, files } of sections) {
    lines.push("", `## ${name}`, "", "| package | version | licence |", "|---|---|---|");
    lines.push(...packages.map(({ name, version, license }) => `| ${name} | ${version} | ${license} |`));
    lines.push("", "| file | bytes | SHA-256 |", "|---|---|---|");
    lines.push(...files.map(({ path, bytes, sha256 }) => `| ${path} | ${bytes} | ${sha256} |`));
  }
  return `${lines.join("\n")}\n`;
}
