// Builds the style sheet, the icon sprite and the typeface from the npm packages, without network.
// usage: node build.mjs OUT_DIR
// Writes content-hashed files, names.json (logical name -> hashed name) and licenses.txt (texts that must ship).
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundle } from "lightningcss";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2];
if (!out) {
  console.error("usage: node build.mjs OUT_DIR");
  process.exit(2);
}
const pkg = (path) => join(here, "node_modules", path);
const names = {};

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });

// put writes content under its hash and remembers which name it goes by.
function put(name, content) {
  const ext = extname(name);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 12);
  names[name] = `${name.slice(0, -ext.length)}.${hash}${ext}`;
  writeFileSync(join(out, names[name]), content);
}

// One upright latin file of Inter holds English and French, weights 100 to 900.
put("inter.woff2", readFileSync(pkg("@fontsource-variable/inter/files/inter-latin-wght-normal.woff2")));

const icons = readFileSync(join(here, "icons.txt"), "utf8").split("\n").map((l) => l.trim()).filter(Boolean);
put("icons.svg", `<svg xmlns="http://www.w3.org/2000/svg">${icons.map(symbol).join("")}</svg>\n`);

function symbol(name) {
  let svg;
  try {
    svg = readFileSync(pkg(`lucide-static/icons/${name}.svg`), "utf8");
  } catch {
    throw new Error(`icons.txt: "${name}" is not a Lucide icon`);
  }
  const body = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>"));
  return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${body.replace(/>\s+</g, "><").replace(/\s*\/>/g, "/>").trim()}</symbol>`;
}

// Everything we support has light-dark(), nesting and oklch(), so only prefixes are added (version = major << 16 | minor << 8).
const { code, dependencies } = bundle({
  filename: join(here, "site.css"),
  minify: true,
  analyzeDependencies: { preserveImports: false },
  targets: { chrome: 125 << 16, firefox: 128 << 16, safari: (17 << 16) | (5 << 8) },
});
let css = code.toString();
for (const d of dependencies) {
  if (!names[d.url]) throw new Error(`${d.loc?.filePath ?? "css"}: url(${d.url}) is not an asset of this build`);
  css = css.replaceAll(d.placeholder, `/web/${names[d.url]}`);
}
put("portal.css", css);

const texts = [["Inter (typeface)", "@fontsource-variable/inter/LICENSE"], ["Lucide (icons)", "lucide-static/LICENSE"]];
writeFileSync(join(out, "licenses.txt"), texts.map(([what, file]) => `${what}\n\n${readFileSync(pkg(file), "utf8").trim()}\n`).join(`\n${"=".repeat(80)}\n\n`));
writeFileSync(join(out, "names.json"), JSON.stringify(names, null, 2) + "\n");
