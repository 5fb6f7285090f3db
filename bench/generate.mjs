// Writes synthetic flow logs in the layout AWS delivers to S3, gzip text, for measurements of speed: heavy-tailed
// interfaces, peers and packet counts, a few service ports, seven rejects in a hundred. Same seed, same bytes.
//
//     node bench/generate.mjs DIR --format v5 --files 40 --rows 100000

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { parseArgs } from "node:util";

const FIELDS_V2 =
  "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status";
const FIELDS_V5 = `${FIELDS_V2} vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr region az-id \
sublocation-type sublocation-id pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path`;
const ACCOUNT = "123456789012";
const REGION = "us-east-1";
const FIRST = Date.UTC(2026, 10, 20) / 1000;
const FILE_SECS = 300;
const INTERFACES = 400;
const PUBLIC_PEERS = 20_000;
const PACKETS_AT_MOST = 200_000;
const FLAGS = [2, 3, 19, 18, 16, 0];
// Port and its share of the traffic, in hundredths.
const SERVICES = [[443, 34], [80, 12], [5432, 12], [6379, 10], [53, 8], [8080, 6], [3306, 5], [9092, 4], [9200, 3], [22, 2], [123, 1], [3389, 1], [25, 1], [8443, 1]];

// sfc32: small, fast and good enough to fill files.
function generator(seed) {
  let [a, b, c, d] = [0x9e3779b9, 0x243f6a88, seed | 0, 1];
  const next = () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 16; i++) next();
  return next;
}

// Zipf by Devroye's rejection: P(k) ~ k^-s.
function zipf(random, s, atMost) {
  const b = 2 ** (s - 1);
  for (;;) {
    const k = Math.floor((1 - random()) ** (-1 / (s - 1)));
    const t = (1 + 1 / k) ** (s - 1);
    if (k <= 2 ** 40 && (random() * k * (t - 1)) / (b - 1) <= t / b) return Math.min(k, atMost);
  }
}

const hex = (value, digits) => value.toString(16).padStart(digits, "0");
const stamp = (secs) => new Date(secs * 1000).toISOString().replace(/[-:]/g, "").slice(0, 13);

function network(random) {
  const below = (n) => Math.floor(random() * n);
  const interfaces = Array.from({ length: INTERFACES }, (_, i) => ({
    id: `eni-${hex(below(2 ** 32), 9)}${hex(below(2 ** 32), 8)}`,
    address: `10.0.${Math.floor(i / 200)}.${(i % 200) + 4}`,
    subnet: `subnet-${hex(i % 12, 17)}`,
    instance: i % 5 === 0 ? "-" : `i-${hex(i, 17)}`,
    zone: `use1-az${(i % 3) + 1}`,
    reachesS3: i % 7 === 0,
  }));
  const peers = Array.from({ length: PUBLIC_PEERS }, () => Array.from({ length: 4 }, () => 1 + below(222)).join("."));
  const ports = SERVICES.flatMap(([port, share]) => Array(share).fill(port));
  return { interfaces, peers, ports };
}

function record(random, { interfaces, peers, ports }, fileStart, isV5) {
  const below = (n) => Math.floor(random() * n);
  const own = interfaces[zipf(random, 1.3, INTERFACES) - 1];
  const ingress = random() < 0.5;
  const external = random() < 0.25;
  const answer = random() < 0.5;
  const reject = random() < 0.07;
  const other = external ? peers[zipf(random, 1.2, PUBLIC_PEERS) - 1] : interfaces[below(INTERFACES)].address;
  const port = reject && random() < 0.7 ? 1 + below(65_534) : ports[below(ports.length)];
  const ephemeral = 32_768 + below(28_231);
  const protocol = port === 53 || port === 123 ? 17 : random() < 0.01 ? 1 : 6;
  const packets = zipf(random, 1.6, PACKETS_AT_MOST);
  const start = fileStart - 60 + below(300);
  const [source, target] = ingress ? [other, own.address] : [own.address, other];
  const [sourcePort, targetPort] = answer ? [port, ephemeral] : [ephemeral, port];
  const line =
    `${isV5 ? 5 : 2} ${ACCOUNT} ${own.id} ${source} ${target} ${sourcePort} ${targetPort} ${protocol} ${packets} ` +
    `${packets * (40 + below(1_420))} ${start} ${start + below(60)} ${reject ? "REJECT" : "ACCEPT"} OK`;
  if (!isV5) return line;
  return (
    `${line} vpc-0abcdef0123456789 ${own.subnet} ${own.instance} ${FLAGS[below(FLAGS.length)]} IPv4 ${source} ${target} ${REGION} ` +
    `${own.zone} - - ${external && own.reachesS3 ? "S3" : "-"} - ${ingress ? "ingress -" : "egress 1"}`
  );
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    format: { type: "string", default: "v5" },
    files: { type: "string", default: "40" },
    rows: { type: "string", default: "100000" },
    seed: { type: "string", default: "7" },
  },
});
const [out] = positionals;
if (!out || !["v2", "v5"].includes(values.format)) throw new Error("usage: generate.mjs DIR --format v2|v5 --files N --rows N");
const random = generator(Number(values.seed));
const net = network(random);
const header = values.format === "v5" ? FIELDS_V5 : FIELDS_V2;
for (let file = 0; file < Number(values.files); file++) {
  const fileStart = FIRST + FILE_SECS * file;
  const lines = [header];
  for (let row = 0; row < Number(values.rows); row++) lines.push(record(random, net, fileStart, values.format === "v5"));
  const day = new Date(fileStart * 1000).toISOString().slice(0, 10).replaceAll("-", "/");
  const folder = join(out, "AWSLogs", ACCOUNT, "vpcflowlogs", REGION, day);
  mkdirSync(folder, { recursive: true });
  const name = `${ACCOUNT}_vpcflowlogs_${REGION}_fl-0123456789abcdef0_${stamp(fileStart)}Z_${hex(file, 8)}.log.gz`;
  writeFileSync(join(folder, name), gzipSync(`${lines.join("\n")}\n`, { level: 6 }));
}
