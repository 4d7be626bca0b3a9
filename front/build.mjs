// Joins scripts with all that they import into src/hocvuso/site/static/built: not kept in git, but in the wheel, so that
// whoever installs that needs no Node. `make setup` runs it.
import { build } from "esbuild";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "..", "src", "hocvuso", "site", "static");
const out = join(source, "built");
const licence = /^(licen[cs]e|notice|copying)/i;

const always = { bundle: true, minify: true, format: "esm", target: "es2022", outdir: out, write: false };

// the editor of questions on code, fetched by lessons that have one
const editor = await build({
  ...always,
  absWorkingDir: here,
  entryPoints: ["editor.js"],
  legalComments: "none",
  metafile: true,
});

// what pages load, in one file; and what stands in them and runs before they are drawn
const page = await build({ ...always, entryPoints: [join(source, "site.js")] });
const early = await build({ ...always, entryPoints: [join(source, "reading.js")], format: "iife" });

// a live example's widgets; what few examples need is fetched when it is
const made = await build({
  ...always,
  absWorkingDir: here,
  entryPoints: ["live/live.js"],
  splitting: true,
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".woff2": "file" },
  legalComments: "none", // licences.txt has them whole
  metafile: true,
});

const outputs = [...page.outputFiles, ...early.outputFiles, ...editor.outputFiles, ...made.outputFiles];
const files = new Map(outputs.map((file) => [relative(out, file.path), Buffer.from(file.contents)]));
files.set("licences.txt", Buffer.from(licences(editor.metafile, made.metafile)));

function licences(...metafiles) {
  const outputs = metafiles.flatMap((metafile) => Object.values(metafile.outputs));
  const inputs = outputs.flatMap((output) => Object.keys(output.inputs));
  const packages = new Set(inputs.map((path) => path.match(/^(node_modules\/(?:@[^/]+\/)?[^/]+)\//)?.[1]));
  packages.delete(undefined);
  return [...packages].sort().map(told).join("\n\n");
}

function told(folder) {
  const about = JSON.parse(readFileSync(join(here, folder, "package.json"), "utf-8"));
  const texts = readdirSync(join(here, folder)).filter((name) => licence.test(name));
  const text = texts.map((name) => readFileSync(join(here, folder, name), "utf-8").trim()).join("\n\n");
  return `${about.name} ${about.version} (${about.license})\n\n${text}\n`;
}

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
for (const [name, bytes] of files) writeFileSync(join(out, name), bytes);
