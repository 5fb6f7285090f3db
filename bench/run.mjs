// Measures Weir beside bare decompression, DuckDB and ClickHouse on the same files, in one run, and prints a Markdown
// table. Absolute times mean little from one machine to the next: the ratios in brackets are what to read.
//
//     make bench            four million records of the default format (v2) and four million with the 29 fields of v5

import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem, type } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values: options } = parseArgs({
  options: {
    work: { type: "string" },
    files: { type: "string", default: "40" },
    rows: { type: "string", default: "100000" },
    formats: { type: "string", default: "v2,v5" },
    runs: { type: "string", default: "5" },
  },
});
const HERE = dirname(fileURLToPath(import.meta.url));
const WEIR = process.env.WEIR;
const DECODE_SPEED = process.env.DECODE_SPEED;
const RUNS = Number(options.runs);
const THREADS = cpus().length;
const PEERS = ["duckdb==2.0.0", "chdb==4.4.0"];

// The generator's range; a margin on both sides so that no record is cut.
const FIRST = Date.UTC(2026, 10, 20) / 1000;
const RANGE = { from: FIRST - 3_600, to: FIRST + 300 * Number(options.files) + 3_600 };

const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const say = (text) => process.stderr.write(`${text}\n`);

function timed(work) {
  const took = [];
  for (let run = 0; run < RUNS; run++) {
    const start = performance.now();
    work();
    took.push((performance.now() - start) / 1000);
  }
  return median(took);
}

// The median run of a command, how much of the cores it left idle, and the most memory that any run took; these two where
// there is a Python, because Node does not tell them of its children.
function ran(command, before = () => {}) {
  const runs = [];
  for (let run = 0; run < RUNS; run++) {
    before();
    const start = performance.now();
    const told = spawnSync("python3", [join(HERE, "measure.py"), ...command], { encoding: "utf8" });
    if (told.error) {
      execFileSync(command[0], command.slice(1), { stdio: "ignore" });
      runs.push({ secs: (performance.now() - start) / 1000 });
    } else {
      if (told.status !== 0) throw new Error(told.stderr);
      runs.push(JSON.parse(told.stdout));
    }
  }
  const { secs, cpu } = runs.sort((a, b) => a.secs - b.secs)[Math.floor(RUNS / 2)];
  if (cpu === undefined) return { secs };
  return { secs, idle: Math.max(0, 1 - cpu / secs / THREADS), peak: Math.max(...runs.map((run) => run.peak)) };
}

function bytesUnder(folder, pattern = /./) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath ?? entry.path, entry.name)).size, 0);
}

function dataset(format) {
  const folder = join(options.work, `${format}-${options.files}x${options.rows}`);
  const done = join(folder, ".done");
  if (!existsSync(done)) {
    say(`writing ${folder}`);
    rmSync(folder, { recursive: true, force: true });
    const args = [folder, "--format", format, "--files", options.files, "--rows", options.rows];
    execFileSync(process.execPath, [join(HERE, "generate.mjs"), ...args], { stdio: "inherit" });
    writeFileSync(done, "");
  }
  return folder;
}

// A Python with DuckDB and ClickHouse in it, or nothing where there is no Python.
function peersPython() {
  const venv = join(options.work, "venv");
  const python = join(venv, "bin", "python");
  if (existsSync(python)) return python;
  if (spawnSync("python3", ["-m", "venv", venv], { stdio: "ignore" }).status !== 0) return undefined;
  say("installing DuckDB and ClickHouse");
  const pip = spawnSync(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...PEERS], { stdio: "inherit" });
  if (pip.status === 0) return python;
  rmSync(venv, { recursive: true, force: true });
  return undefined;
}

function peers(python, folder) {
  if (!python) return { secs: {}, facts: {} };
  const args = [join(HERE, "peers.py"), folder, "--work", options.work, "--threads", String(THREADS), "--runs", String(RUNS)];
  return JSON.parse(execFileSync(python, args, { encoding: "utf8", maxBuffer: 1 << 26 }));
}

// Decompression by the fastest tool that is there, as many processes as cores.
function bareDecompression(folder) {
  const tool = ["libdeflate-gunzip", "gunzip"].find((name) => spawnSync(name, ["-h"], { stdio: "ignore" }).error === undefined);
  if (!tool) return {};
  const script = `find "${folder}" -name '*.gz' -print0 | xargs -0 -P ${THREADS} -n 1 ${tool} -c > /dev/null`;
  return { tool, secs: timed(() => execFileSync("bash", ["-c", script])) };
}

function link(more, shift = 0) {
  return `v=1&from=${RANGE.from}&to=${RANGE.to + shift * 60}&points=100${more}`;
}

const QUESTIONS = {
  summary: ["summary", ""],
  timeline: ["timeline", "&split=protocol"],
  heatmap: ["matrix", "&rows=service-port&measure=flows&filter=action%20%3D%20REJECT"],
  talkers: ["top", "&by=talkers"],
  "one address": ["timeline", "&filter=srcaddr%20%3D%2010.0.0.5"],
};

async function askServer(folder, data, check) {
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const address = `127.0.0.1:${port}`;
  const server = spawn(WEIR, ["serve", "--source", folder, "--data", data, "--listen", address], { stdio: "ignore" });
  try {
    await until(async () => (await fetch(`http://${address}/readyz`)).ok);
    const ask = async (name, shift) => {
      const [noun, more] = QUESTIONS[name];
      const response = await fetch(`http://${address}/api/v1/${noun}?${link(more, shift)}`, { headers: { accept: "application/json" } });
      if (!response.ok) throw new Error(`${name}: ${response.status} ${await response.text()}`);
      return response.json();
    };
    await until(async () => (await ask("summary", 0)).flows >= check.records);
    agree(await ask("summary", 0), check);
    const secs = {};
    for (const name of Object.keys(QUESTIONS)) {
      const took = [];
      // The range ends a minute later each time: an equal question would be answered from memory. The first is not counted.
      for (let run = 1; run <= RUNS + 1; run++) {
        const start = performance.now();
        const answer = await ask(name, run);
        took.push((performance.now() - start) / 1000);
        if (answer.provenance.cached) throw new Error(`${name} was answered from memory`);
      }
      secs[name] = median(took.slice(1));
    }
    return secs;
  } finally {
    server.kill("SIGTERM");
  }
}

async function until(condition) {
  for (let tries = 0; tries < 600; tries++) {
    if (await condition().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the server did not get ready");
}

// Speed counts only where the answers are the same.
function agree(summary, check) {
  for (const name of ["bytes", "packets", "rejected"]) {
    if (check[name] !== undefined && summary[name] !== check[name]) throw new Error(`${name}: ${summary[name]}, but DuckDB says ${check[name]}`);
  }
}

async function measure(format, python) {
  const folder = dataset(format);
  say(`measuring ${format}`);
  const decode = JSON.parse(execFileSync(DECODE_SPEED, [folder, String(RUNS)], { encoding: "utf8" }));
  const data = join(options.work, "data");
  const direct = ran([WEIR, "ask", "timeline", "--source", folder, link("&split=protocol")]);
  const store = ran([WEIR, "ingest", "--source", folder, "--data", data], () => rmSync(data, { recursive: true, force: true }));
  const bare = bareDecompression(folder);
  const other = peers(python, folder);
  const questions = await askServer(folder, data, { records: decode.records, ...other.facts });
  return { format, decode, store, direct, bare, other, questions, gzBytes: bytesUnder(folder, /\.gz$/), parquetBytes: bytesUnder(data, /\.parquet$/) };
}

const secs = (value) => (value === undefined ? "–" : value < 0.1 ? `${(value * 1000).toFixed(1)} ms` : `${value.toFixed(2)} s`);
const beside = (other, own) => (other === undefined ? "–" : `${secs(other)} (${(other / own).toFixed(1)} ×)`);

function table({ format, decode, store, direct, bare, other, questions, gzBytes, parquetBytes }) {
  const speed = (took) => `${(decode.records / took / 1e6).toFixed(2)} M records/s, ${(decode.text_bytes / took / 1e6).toFixed(0)} MB/s of text`;
  const duck = other.secs;
  const megabytes = (bytes) => (bytes === undefined ? "–" : `${(bytes / 1e6).toFixed(0)} MB`);
  const part = (share) => (share === undefined ? "–" : `${(share * 100).toFixed(0)} %`);
  // What ran, then: seconds, how many times bare decompression, idle cores, peak memory, and the peers.
  const row = (name, ran, peer = "–", other = "–") =>
    [name, secs(ran.secs), `${(ran.secs / decode.unpack_secs).toFixed(2)} ×`, part(ran.idle), megabytes(ran.peak), peer, other];
  const plain = (name, own, peer) => [name, own, "–", "–", "–", peer, "–"];
  const rows = [
    row(`decompress only${bare.tool ? ` (beside: ${bare.tool})` : ""}`, { secs: decode.unpack_secs }, bare.tool ? beside(bare.secs, decode.unpack_secs) : "–"),
    row(`gz text to columns: ${speed(decode.decode_secs)}`, { secs: decode.decode_secs }),
    row("gz text to timeline, nothing stored", direct, beside(duck["duckdb gz to timeline"], direct.secs), beside(duck["clickhouse gz to timeline"], direct.secs)),
    row(`gz text to stored Parquet and roll-ups: ${speed(store.secs)}`, store, beside(duck["duckdb gz to parquet"], store.secs)),
    plain("size of the Parquet", megabytes(parquetBytes), megabytes(other.facts["duckdb parquet bytes"])),
    ...Object.keys(QUESTIONS).map((name) => plain(`stored: ${name}`, secs(questions[name]), beside(duck[`duckdb ${name}`], questions[name]))),
  ];
  const total = `${(decode.records / 1e6).toFixed(1)} M records, ${format}, ${decode.objects} objects`;
  const head = [
    `${total}: ${megabytes(decode.text_bytes)} of text, ${megabytes(gzBytes)} gz`,
    "Weir", "× decompress", "cores idle", "peak memory", `DuckDB ${other.facts.duckdb ?? ""}`, `ClickHouse ${other.facts.clickhouse ?? ""}`,
  ];
  const lines = [head, ["---", ...Array(head.length - 1).fill("--:")], ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

mkdirSync(options.work, { recursive: true });
const python = peersPython();
if (!python) say("no python3 with venv: Weir is measured alone");
const results = [];
for (const format of options.formats.split(",")) {
  results.push(await measure(format, python));
  console.log(`\n${table(results.at(-1))}`);
}
const machine = `${cpus()[0].model.trim()}, ${THREADS} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()}`;
const note = `Medians of ${RUNS} in one run, ${new Date().toISOString().slice(0, 10)}, ${machine}. In brackets: how many times as long as Weir.`;
writeFileSync(join(options.work, "result.json"), JSON.stringify(results, undefined, 2));
writeFileSync(join(options.work, "result.md"), `${[...results.map(table), note].join("\n\n")}\n`);
console.log(`\n${note}`);
