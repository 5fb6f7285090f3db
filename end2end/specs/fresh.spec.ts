// Objects that arrive while the server runs appear without a restart, and a page that follows the clock shows them.

import { cpSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { atBucket, forget, scratch, serveS3, serveWeir } from "../fixtures/programs";
import { expect, linkOver, simulate, test, untilRead } from "../fixtures/stack";
import { recordsOf, totals } from "../fixtures/truth";

test("new objects appear without a restart", async () => {
  const world = simulate(1);
  const [root, data] = [scratch("fresh"), scratch("data")];
  const put = (objects: string[]) => {
    for (const object of objects) {
      const target = join(root, object.slice(world.root.length));
      mkdirSync(dirname(target), { recursive: true });
      cpSync(object, target);
    }
  };
  const half = Math.ceil(world.objects.length / 2);
  put(world.objects.slice(0, half));
  const s3 = await serveS3(root);
  const server = await serveWeir([...atBucket(s3.url, "logs"), "--data", data, "--watch", "1s"]);
  try {
    await untilRead(server);
    const summary = async () => (await fetch(`${server.url}/api/v1/summary?${linkOver(world.range)}`)).json();
    expect(await summary()).toMatchObject(totals(recordsOf(world.objects.slice(0, half))));
    put(world.objects.slice(half));
    await expect.poll(async () => (await summary()).flows, { timeout: 20_000 }).toBe(world.totals.flows);
    expect(await summary()).toMatchObject(world.totals);
  } finally {
    await Promise.all([server.stop(), s3.stop()]);
    [world.root, root, data].forEach(forget);
  }
});
