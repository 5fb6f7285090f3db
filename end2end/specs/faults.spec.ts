// Buckets and objects in trouble: a message that names the thing and the cure, the rest served, nothing counted twice.

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { createGzip, gzipSync } from "node:zlib";
import { expect, test } from "@playwright/test";
import { type Proxy, isListing, troubled } from "../fixtures/faults";
import { ACCOUNT, type Running, STRANGER, atBucket, forget, scratch, serveS3, serveWeir, startWeir, weir } from "../fixtures/programs";
import { type World, linkOver, simulate, simulateInto, truthFile, untilRead } from "../fixtures/stack";
import { recordsOf, totals } from "../fixtures/truth";

/** The shape of `/api/v1/progress`, as far as it is looked at. */
interface Progress {
  sources: { failed: { object: string; why: string }[]; failed_objects: number; stage: string; refusal: { message: string; hint: string } | null }[];
}

// How often an ingest is killed, each time in another part of its work.
const KILLS = 6;

let world: World;
let s3: Running;
let data: string;
const proxies: Proxy[] = [];

test.beforeAll(async () => {
  world = simulate(1);
  s3 = await serveS3(world.root);
});
test.afterAll(async () => {
  await s3.stop();
  forget(world.root);
});
test.beforeEach(() => {
  data = scratch("data");
});
test.afterEach(async () => {
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
  forget(data);
});

async function through(fault: Parameters<typeof troubled>[1]): Promise<Proxy> {
  const proxy = await troubled(s3.url, fault);
  proxies.push(proxy);
  return proxy;
}

/** The totals of what is stored in `data`. */
function stored(range = world.range): Record<string, number> {
  const answer = weir(["ask", "summary", "--data", data, linkOver(range)]);
  expect(answer.code, answer.err).toBe(0);
  return JSON.parse(answer.out);
}

test("a bucket that does not exist is named", () => {
  const done = weir(["ingest", ...atBucket(s3.url, "no-such-bucket"), "--data", data]);
  expect(done.code).not.toBe(0);
  expect(done.err).toContain("no-such-bucket");
});

test("missing credentials are said to be missing, with the ways to give them", () => {
  const done = weir(["ingest", ...atBucket(s3.url, "logs"), "--data", data], STRANGER);
  expect(done.code).not.toBe(0);
  expect(done.err).toMatch(/credentials/i);
  expect(done.err).toMatch(/AWS_ACCESS_KEY_ID|AWS_PROFILE|profile|role/);
});

test("wrong credentials are refused without a stack of causes", () => {
  const done = weir(["ingest", ...atBucket(s3.url, "logs"), "--data", data], { ...ACCOUNT, AWS_SECRET_ACCESS_KEY: "another-secret-altogether" });
  expect(done.code).not.toBe(0);
  expect(done.err).toContain("s3://logs");
  expect(done.err).not.toMatch(/panicked|ServiceError|DispatchFailure/);
});

test("an endpoint nobody listens at is named", () => {
  const done = weir(["ingest", ...atBucket("http://127.0.0.1:9", "logs"), "--data", data]);
  expect(done.code).not.toBe(0);
  expect(done.err).toContain("127.0.0.1:9");
});

test("a refused listing names the missing permission", async () => {
  const proxy = await through((path) => (isListing(path) ? { status: 403, code: "AccessDenied" } : undefined));
  const done = await ended(["ingest", ...atBucket(proxy.url, "logs"), "--data", data]);
  expect(done.code).not.toBe(0);
  expect(done.err).toContain("s3:ListBucket");
});

test("a refused object names the missing permission and the object", async () => {
  const proxy = await through((path) => (path.includes(".log.gz") ? { status: 403, code: "AccessDenied" } : undefined));
  const done = await ended(["ingest", ...atBucket(proxy.url, "logs"), "--data", data]);
  expect(done.err + done.out).toContain("s3:GetObject");
});

test("a storm of 503 is waited out and nothing is counted twice", async () => {
  // Every third request fails, first tries and retries alike.
  const proxy = await through((_, count) => (count % 3 === 0 ? { status: 503, code: "SlowDown" } : undefined));
  const done = await ended(["ingest", ...atBucket(proxy.url, "logs"), "--data", data]);
  expect(done.code, done.err).toBe(0);
  expect(stored()).toMatchObject(world.totals);
});

test("an object deleted while the bucket is read leaves the others whole", async () => {
  const gone = basename(world.objects[1]!);
  const proxy = await through((path) => (path.includes(gone) ? { status: 404, code: "NoSuchKey" } : undefined));
  await ended(["ingest", ...atBucket(proxy.url, "logs"), "--data", data]);
  const left = world.objects.filter((object) => basename(object) !== gone);
  expect(stored()).toMatchObject(totals(recordsOf(left)));
});

test("bad objects are named with the reason, and the good ones beside them are served", async () => {
  const [good] = world.objects as [string];
  const root = scratch("bad");
  const folder = dirname(good).slice(join(world.root, "logs").length + 1);
  const bucket = join(root, "logs", folder);
  mkdirSync(bucket, { recursive: true });
  const named = (hash: string) => join(bucket, basename(good).replace(/_[0-9a-f]+\.log\.gz$/, `_${hash}.log.gz`));
  copyFileSync(good, join(bucket, basename(good)));
  writeFileSync(named("00000001"), "");
  writeFileSync(named("00000002"), Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 131) % 256)));
  writeFileSync(named("00000003"), readFileSync(good).subarray(0, 2000));
  writeFileSync(named("00000004"), gzipSync("this is no header\nnor is this a record\n"));
  await writeLongLine(named("00000005"), 100_000_000);

  const server3 = await serveS3(root);
  const server = await serveWeir([...atBucket(server3.url, "logs"), "--data", data]);
  try {
    await untilRead(server);
    const progress = (await (await fetch(`${server.url}/api/v1/progress`)).json()) as Progress;
    const summary = await (await fetch(`${server.url}/api/v1/summary?${linkOver(world.range)}`)).json();
    expect(summary).toMatchObject(totals(recordsOf([good])));
    const failed = progress.sources[0]!.failed.map(({ object }) => /_([0-9a-f]{8})\.log\.gz$/.exec(object)?.[1]);
    expect(failed.sort()).toEqual(["00000001", "00000002", "00000003", "00000004", "00000005"]);
    for (const { why } of progress.sources[0]!.failed) expect(why).toMatch(/empty|NUL bytes|ends too early|header|longer than/);
  } finally {
    await Promise.all([server.stop(), server3.stop()]);
    forget(root);
  }
});

test("killed at any moment, an ingest continues and the totals are the truth", async () => {
  test.setTimeout(240_000);
  // Long enough for several commits: one is made per million records.
  const [root, whole] = [scratch("long"), scratch("whole")];
  simulateInto(root, 24);
  const truth = truthFile(root);
  const range = { from: truth.begin - 3_600, to: truth.end + 3_600 };
  const sums = { bytes: truth.totals.bytes, packets: truth.totals.packets, flows: truth.totals.records, rejected: truth.by_action.REJECT!.records };
  const bucket = await serveS3(root);
  try {
    const started = Date.now();
    const uninterrupted = await ended(["ingest", ...atBucket(bucket.url, "logs"), "--data", whole]);
    expect(uninterrupted.code, uninterrupted.err).toBe(0);
    const duration = Date.now() - started;

    const args = ["ingest", ...atBucket(bucket.url, "logs"), "--data", data];
    for (let attempt = 0; attempt < KILLS; attempt++) {
      const child = startWeir(args);
      const over = new Promise((resolve) => child.once("exit", resolve));
      const moment = (duration * (attempt + Math.random())) / KILLS;
      await Promise.race([over, new Promise((resolve) => setTimeout(resolve, moment))]);
      child.kill("SIGKILL");
      await over;
      const flows = stored(range).flows ?? 0;
      console.log(`killed after ${moment.toFixed(0)} of ${duration} ms: ${flows} of ${sums.flows} records stored`);
      expect(flows).toBeLessThanOrEqual(sums.flows);
    }
    for (let again = 0; again < 2; again++) {
      const last = await ended(args);
      expect(last.code, last.err).toBe(0);
      expect(stored(range)).toMatchObject(sums);
    }
  } finally {
    await bucket.stop();
    [root, whole].forEach(forget);
  }
});

test("SIGTERM ends the server in an orderly way", async () => {
  const server = await serveWeir([...atBucket(s3.url, "logs"), "--data", data]);
  await untilRead(server);
  expect(await server.stop("SIGTERM")).toBe(0);
});

/** Runs `weir` to its end without holding up this process, which is serving the proxy. */
async function ended(args: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = startWeir(args);
  let [out, err] = ["", ""];
  child.stdout?.on("data", (chunk) => (out += chunk));
  child.stderr?.on("data", (chunk) => (err += chunk));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, out, err };
}

/** A header and then one line of `bytes` bytes, gzip. */
async function writeLongLine(path: string, bytes: number): Promise<void> {
  const gzip = createGzip({ level: 1 });
  const chunks: Buffer[] = [];
  gzip.on("data", (chunk: Buffer) => chunks.push(chunk));
  const end = new Promise((resolve) => gzip.once("end", resolve));
  gzip.write("version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action log-status\n");
  const piece = Buffer.alloc(1_000_000, "a");
  for (let written = 0; written < bytes; written += piece.length) gzip.write(piece);
  gzip.end("\n");
  await end;
  writeFileSync(path, Buffer.concat(chunks));
}
