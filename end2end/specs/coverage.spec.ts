// Coverage: a bucket in which something is missing, late and unreadable, and a page that says all of it.

import { readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { expect, test } from "@playwright/test";
import { everybodyCanUse } from "../fixtures/access";
import { type Running, atBucket, forget, scratch, serveS3, serveWeir } from "../fixtures/programs";
import { type World, linkOver, simulate, untilRead } from "../fixtures/stack";
import { CoveragePage } from "../pages/coverage";

const HOURS = 4;
const WINDOW_SECS = 300;

let world: World;
let data: string;
let s3: Running;
let server: Running;

/** Start of an object's delivery window, Unix seconds, from its name. */
function windowOf(object: string): number {
  const [, year, month, day, hour, minute] = /_(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)Z_/.exec(basename(object))!.map(Number);
  return Date.UTC(year!, month! - 1, day, hour, minute) / 1000;
}

test.beforeAll(async () => {
  world = simulate(HOURS);
  data = scratch("data");
  const byTime = [...world.objects].sort((a, b) => windowOf(a) - windowOf(b));
  const begin = Math.floor(windowOf(byTime[0]!) / 3_600) * 3_600;
  for (const object of byTime) {
    const window = windowOf(object);
    // The third hour was never delivered.
    if (window >= begin + 2 * 3_600 - WINDOW_SECS && window < begin + 3 * 3_600 + WINDOW_SECS) rmSync(object);
    else utimesSync(object, window, window + WINDOW_SECS + 420);
  }
  const [first, second, third] = byTime as [string, string, string];
  const text = gunzipSync(readFileSync(first)).toString("latin1");
  writeFileSync(first, gzipSync(`${text}bogus line\nanother bogus line\n`));
  writeFileSync(second, "");
  utimesSync(first, 0, windowOf(first) + WINDOW_SECS + 420);
  utimesSync(second, 0, windowOf(second) + WINDOW_SECS + 420);
  utimesSync(third, 0, windowOf(third) + WINDOW_SECS + 2 * 3_600);
  s3 = await serveS3(world.root);
  server = await serveWeir([...atBucket(s3.url, "logs"), "--data", data]);
  await untilRead(server);
});

test.afterAll(async () => {
  await Promise.all([server.stop(), s3.stop()]);
  [world.root, data].forEach(forget);
});

const link = () => linkOver(world.range);

test("the page accounts for every line and says what is missing, late and unreadable", async ({ page }) => {
  const said: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) said.push(message.text());
  });
  page.on("pageerror", (error) => said.push(error.message));
  const coverage = new CoveragePage(page, server.url);
  await coverage.open(link());

  // An hour in cells of ten minutes.
  await expect(coverage.cells(/nothing delivered/)).toHaveCount(6);
  await expect(coverage.cells(/1 object late/)).toHaveCount(1);
  await expect(coverage.cells(/1 object unread, 2 lines set aside/)).toHaveCount(1);

  const answer = await (await fetch(`${server.url}/api/v1/coverage?${link()}`)).json();
  const { lines } = answer.delivered;
  const sorts = ["Flow records", "NODATA", "SKIPDATA", "Set aside", "Headers and blank lines"];
  const numbers: number[] = [];
  for (const name of sorts) numbers.push(await coverage.number(coverage.lines, name));
  expect(numbers).toEqual([lines.records, lines.nodata, lines.skipdata, lines.set_aside, lines.headers]);
  expect(numbers.reduce((sum, number) => sum + number, 0)).toBe(lines.all);
  await expect(coverage.lines).toContainText("every line is accounted for");

  await expect(coverage.aside).toContainText("The object is empty");
  await expect(coverage.aside).toContainText("Too few values");
  const download = coverage.aside.getByRole("link", { name: "Download, NDJSON" });
  const file = await fetch(new URL((await download.getAttribute("href"))!, server.url));
  const kept = (await file.text()).trimEnd().split("\n").map((line) => JSON.parse(line));
  expect(kept.map(({ line }) => line === null)).toEqual([true, false, false]);
  await expect(coverage.objects).toContainText("late, 2 h after");
  expect(said).toEqual([]);
});

test("the grid is walked by keys, a cell opens its time, and the other page keeps the question", async ({ page }) => {
  const coverage = new CoveragePage(page, server.url);
  await coverage.open(link());
  const last = coverage.cells(/\d objects, /).last();
  const [row, bucket] = (await last.getAttribute("data-cell"))!.split(",").map(Number) as [number, number];
  await last.focus();
  await page.keyboard.press("ArrowLeft");
  await expect(coverage.grid.locator(`[data-cell='${row},${bucket - 1}']`)).toBeFocused();
  await expect(coverage.delivery.locator(".cover-read")).toContainText("objects");
  const columns = await coverage.grid.locator("[data-cell^='0,']").count();
  await page.keyboard.press("Enter");
  await expect.poll(() => new URL(page.url()).pathname).toBe("/coverage");
  await expect.poll(() => new URL(page.url()).search).not.toBe(`?${link()}`);
  await expect.poll(() => coverage.grid.locator("[data-cell^='0,']").count()).not.toBe(columns);
  const { search } = new URL(page.url());
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Overview", exact: true }).click();
  await expect(page.getByRole("region", { name: "Traffic over time", exact: true })).toBeVisible();
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe(`/${search}`);
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Coverage", exact: true }).click();
  await expect(coverage.cells(/object/).first()).toBeVisible();
});

for (const theme of ["light", "dark"] as const) {
  for (const viewport of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    test(`${theme}, ${viewport.width}: everybody can use it and nothing is wider than the screen`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      await page.setViewportSize(viewport);
      const coverage = new CoveragePage(page, server.url);
      await coverage.open(link());
      await page.screenshot({ path: test.info().outputPath(`coverage-${theme}-${viewport.width}.png`), fullPage: true });
      await everybodyCanUse(page);
    });
  }
}

test("without JavaScript everything is in the page", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${server.url}/coverage?${link()}`);
  const coverage = new CoveragePage(page, server.url);
  await expect(coverage.cells(/nothing delivered/)).toHaveCount(6);
  await expect(coverage.lines).toContainText("every line is accounted for");
  await expect(coverage.aside).toContainText("Too few values");
  await context.close();
});
