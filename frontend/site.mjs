// Puts together what the browser loads: the program wasm-bindgen wrote, one stylesheet, the public files; and a
// compressed copy beside each, so that the server never compresses the same bytes twice.

import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

const { values: where } = parseArgs({
  options: { bindgen: { type: "string" }, style: { type: "string" }, public: { type: "string" }, out: { type: "string" } },
});

// Pictures and fonts are compressed already.
const COMPRESSIBLE = /\.(wasm|js|css|svg|html|json|txt|webmanifest)$/;
// Below this a compressed copy saves less than its headers cost.
const WORTHWHILE_BYTES = 512;

// The layers stand in style/main.css, `@layer tokens, base, …;`: each names the file that fills it.
function stylesheet(folder) {
  const main = readFileSync(join(folder, "main.css"), "utf8");
  const order = /@layer\s+([^;{]+);/.exec(main);
  if (!order) throw new Error("style/main.css names no layers");
  const layers = order[1].split(",").map((layer) => layer.trim());
  const files = readdirSync(folder).filter((name) => name.endsWith(".css") && name !== "main.css");
  const strays = files.filter((name) => !layers.includes(name.replace(/\.css$/, "")));
  if (strays.length > 0) throw new Error(`style/main.css does not place ${strays.join(", ")}`);
  const parts = layers.filter((layer) => files.includes(`${layer}.css`)).map((layer) => readFileSync(join(folder, `${layer}.css`), "utf8"));
  return [main.replace(/@import[^;]*;\s*/g, ""), ...parts].join("\n");
}

function* filesUnder(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(path);
    else yield path;
  }
}

function compress(path) {
  const bytes = readFileSync(path);
  if (bytes.length < WORTHWHILE_BYTES) return;
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_LGBLOCK]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params }));
  writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
}

rmSync(where.out, { recursive: true, force: true });
const pkg = join(where.out, "pkg");
mkdirSync(pkg, { recursive: true });
cpSync(where.bindgen, pkg, { recursive: true });
writeFileSync(join(pkg, "weir.css"), stylesheet(where.style));
if (existsSync(where.public)) cpSync(where.public, where.out, { recursive: true });
const files = [...filesUnder(where.out)].filter((path) => COMPRESSIBLE.test(path));
files.forEach(compress);
for (const path of files.filter((file) => file.startsWith(pkg))) {
  const sent = existsSync(`${path}.br`) ? statSync(`${path}.br`).size : statSync(path).size;
  console.log(`${path.slice(where.out.length + 1)}: ${statSync(path).size} bytes, ${sent} as sent`);
}
