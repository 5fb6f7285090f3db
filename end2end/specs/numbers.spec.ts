// What the page, the API and the tables say equals what is in the objects, added up independently.

import { expect, test, truthFile } from "../fixtures/stack";
import { shown, totals } from "../fixtures/truth";
import { weir } from "../fixtures/programs";

interface Timeline {
  grid: { start: number; step: number; count: number };
  series: { key: string; label: string; values: number[]; total: number }[];
  rejected: number[];
}

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

test("the simulator's own truth is what its objects hold", ({ stack }) => {
  const { bytes, packets, flows, rejected } = stack.totals;
  expect(truthFile(stack.root)).toMatchObject({
    totals: { bytes, packets, records: flows, objects: stack.objects.length },
    by_action: { REJECT: { records: rejected } },
  });
});

test("the summary equals the sums over the objects", async ({ stack }) => {
  expect(await stack.ask("summary")).toMatchObject(stack.totals);
});

test("the tiles say the sums, rounded", async ({ stack, overview }) => {
  await overview.open(stack.link());
  const { bytes, flows, interfaces, rejected } = stack.totals;
  const tiles = { Traffic: bytes, Flows: flows, "Interfaces talking": interfaces, Rejected: (100 * rejected) / flows };
  for (const [name, exact] of Object.entries(tiles)) {
    const { value, tolerance } = shown(await overview.tile(name));
    expect(Math.abs(value - exact), `${name}: ${value} for ${exact}`).toBeLessThanOrEqual(tolerance);
  }
});

for (const split of ["action", "flow-direction", "protocol", "service-port", "interface-id", "aws-service", "none"]) {
  test(`stacked by ${split}, no byte is lost`, async ({ stack }) => {
    for (const measure of ["bytes", "packets", "flows"] as const) {
      const timeline = await stack.ask<Timeline>("timeline", { split, measure });
      expect(sum(timeline.series.map((series) => series.total))).toBe(stack.totals[measure]);
      for (const series of timeline.series) expect(sum(series.values)).toBe(series.total);
    }
  });
}

test("rejects fall into the minutes in which they began", async ({ stack }) => {
  const timeline = await stack.ask<Timeline>("timeline", { measure: "flows", points: "1000" });
  const { start, step, count } = timeline.grid;
  const expected = Array.from({ length: count }, () => 0);
  for (const record of stack.records.filter(({ action }) => action === "REJECT")) {
    expected[Math.floor((record.start - start) / step)]! += 1;
  }
  expect(timeline.rejected).toEqual(expected);
});

test("a filter by address, port and action counts exactly the records that pass", async ({ stack }) => {
  const [busiest] = stack.records.filter(({ action }) => action === "REJECT");
  const filter = `action = REJECT AND dstport = ${busiest!.dstport} AND srcaddr IN ${busiest!.srcaddr}/16`;
  const prefix = busiest!.srcaddr.split(".").slice(0, 2).join(".");
  const passing = stack.records.filter(
    (record) => record.action === "REJECT" && record.dstport === busiest!.dstport && record.srcaddr.startsWith(`${prefix}.`),
  );
  expect(passing.length).toBeGreaterThan(0);
  expect(await stack.ask("summary", { filter })).toMatchObject(totals(passing));
});

test("one interface's heatmap row and its share of the ranking agree with its records", async ({ stack }) => {
  const matrix = await stack.ask<{ rows: { key: string; total: number }[] }>("matrix", { rows: "interface-id", measure: "flows", top: "1000" });
  const ranking = await stack.ask<{ rows: { key: string; bytes: number; flows: number; rejected: number }[] }>("top", { by: "interface-id", top: "5" });
  const rejects = (id: string) => stack.records.filter((record) => record.interfaceId === id && record.action === "REJECT").length;
  for (const row of matrix.rows) expect(row.total, row.key).toBe(rejects(row.key));
  for (const row of ranking.rows) {
    const { bytes, flows, rejected } = totals(stack.records.filter((record) => record.interfaceId === row.key));
    expect(row).toMatchObject({ bytes, flows, rejected });
  }
});

test("the objects read directly give the same answers as the stored ones", async ({ stack }) => {
  const done = weir(["ask", "timeline", "--source", `${stack.root}/logs`, stack.link({ split: "service-port" })]);
  expect(done.code, done.err).toBe(0);
  const direct = JSON.parse(done.out) as Timeline;
  const stored = await stack.ask<Timeline>("timeline", { split: "service-port" });
  expect(direct.series).toEqual(stored.series);
  expect(direct.rejected).toEqual(stored.rejected);
});

test("decode prints every record of an object", ({ stack }) => {
  const [object] = stack.objects as [string];
  const done = weir(["decode", object]);
  expect(done.code, done.err).toBe(0);
  const lines = done.out.trimEnd().split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
  const tally = JSON.parse(done.err.trimEnd().split("\n").at(-1) ?? "") as { records: number; nodata: number; skipdata: number };
  expect(lines.filter((line) => line["log-status"] === "OK")).toHaveLength(tally.records);
  expect(lines[0]).toHaveProperty("interface-id");
});

test("the table behind the timeline holds the same numbers as the CSV one takes away", async ({ stack, overview }) => {
  await overview.open(stack.link({ split: "protocol", measure: "flows" }));
  const [head = [], ...all] = await overview.tableOf(overview.timeline);
  const rows = all.filter(([name]) => name !== "95th percentile");
  expect(rows.length, "the percentiles stand below the buckets").toBe(all.length - 1);
  const response = await fetch(await overview.takeAway(overview.timeline, "CSV"));
  expect(response.headers.get("content-type")).toContain("text/csv");
  const [, ...lines] = (await response.text()).trimEnd().split("\n");
  const inCsv: Record<string, number> = {};
  for (const line of lines) {
    const cells = line.split(",");
    inCsv[cells[2]!] = (inCsv[cells[2]!] ?? 0) + Number(cells[3]);
  }
  expect(Object.keys(inCsv)).toContain("tcp");
  for (const [label, total] of Object.entries(inCsv)) {
    const column = head.indexOf(label);
    expect(column, `a column for ${label}`).toBeGreaterThan(0);
    expect(sum(rows.map((row) => Number(row[column]!.replaceAll(/\D/g, ""))))).toBe(total);
  }
  expect(sum(Object.values(inCsv))).toBe(stack.totals.flows);
});
