// What the page looks like before and without JavaScript, in both themes, on a phone; that nothing jumps; that
// everybody can use it.

import type { Page } from "@playwright/test";
import { Overview } from "../pages/overview";
import { everybodyCanUse } from "../fixtures/access";
import { expect, test } from "../fixtures/stack";
import { shown } from "../fixtures/truth";

const WIDE = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

/** Keeps a picture of the page beside the results, for eyes. */
async function keep(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: test.info().outputPath(`${name}.png`), fullPage: true });
}

test("without JavaScript the numbers, the pictures and the tables are there", async ({ browser, stack }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: WIDE });
  const page = await context.newPage();
  const overview = new Overview(page, stack.server.url);
  await page.goto(`${stack.server.url}/?${stack.link()}`);
  const { value, tolerance } = shown(await overview.tile("Traffic"));
  expect(Math.abs(value - stack.totals.bytes)).toBeLessThanOrEqual(tolerance);
  for (const panel of [overview.timeline, overview.heatmap]) {
    const picture = panel.getByRole("img").first();
    await expect(picture).toBeVisible();
    expect(await picture.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth)).toBeGreaterThan(100);
  }
  await expect(overview.talkers.getByRole("row").nth(3)).toBeVisible();
  await keep(page, "no-script");
  await context.close();
});

for (const theme of ["light", "dark"] as const) {
  for (const [size, viewport] of [["wide", WIDE], ["phone", PHONE]] as const) {
    test(`${theme}, ${size}: everybody can use it and nothing is wider than the screen`, async ({ overview, stack }) => {
      await overview.page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      await overview.page.setViewportSize(viewport);
      await overview.open(stack.link({ split: "service-port" }));
      await overview.settled();
      await keep(overview.page, `overview-${theme}-${viewport.width}`);
      await everybodyCanUse(overview.page);
    });
  }
}

test("nothing jumps while the page comes alive", async ({ overview, stack }) => {
  await overview.page.addInitScript(() => {
    const seen = { shift: 0, paint: 0 };
    Object.assign(window, { seen });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; hadRecentInput: boolean })[]) {
        if (!entry.hadRecentInput) seen.shift += entry.value;
      }
    }).observe({ type: "layout-shift", buffered: true });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.paint = entry.startTime;
    }).observe({ type: "largest-contentful-paint", buffered: true });
  });
  await overview.open(stack.link());
  await overview.settled();
  const seen = await overview.page.evaluate(() => (window as unknown as { seen: { shift: number; paint: number } }).seen);
  test.info().annotations.push({ type: "largest paint", description: `${seen.paint.toFixed(0)} ms` });
  test.info().annotations.push({ type: "layout shift", description: seen.shift.toFixed(4) });
  console.log(`largest contentful paint ${seen.paint.toFixed(0)} ms, layout shift ${seen.shift.toFixed(4)}`);
  expect(seen.shift).toBeLessThan(0.05);
});

test("a canvas has as many pixels as the screen behind it, also after a resize", async ({ browser, stack }) => {
  const context = await browser.newContext({ deviceScaleFactor: 2, viewport: WIDE });
  const page = await context.newPage();
  await page.goto(`${stack.server.url}/?${stack.link()}`);
  const overview = new Overview(page, stack.server.url);
  await overview.alive();
  const canvas = overview.timeline.locator("canvas");
  const ratio = () => canvas.evaluate((element: HTMLCanvasElement) => element.width / element.getBoundingClientRect().width);
  await expect.poll(ratio).toBeCloseTo(2, 1);
  await page.setViewportSize({ width: 1000, height: 800 });
  await expect.poll(ratio).toBeCloseTo(2, 1);
  await context.close();
});

test("a range without records says so, says where there are some, and leads there", async ({ overview, stack }) => {
  const year = 365 * 86_400;
  await overview.page.goto(`${stack.server.url}/?v=1&from=${stack.range.from - year}&to=${stack.range.to - year}`);
  const said = overview.page.getByRole("status").filter({ hasText: "No records in this range" });
  await expect(said).toBeVisible();
  await said.getByRole("link").click();
  await expect.poll(async () => shown(await overview.tile("Flows")).value).toBeGreaterThan(0);
});

test("a filter that lets nothing pass says so and can be cleared", async ({ overview, stack }) => {
  await overview.page.goto(`${stack.server.url}/?${stack.link({ filter: "dstport = 1 AND dstport = 2" })}`);
  const said = overview.page.getByRole("status").filter({ hasText: "No record matches" });
  await expect(said).toBeVisible();
  await said.getByRole("link").click();
  await expect.poll(() => overview.link().get("filter")).toBeNull();
});

test("a link that cannot be read is refused in words, and can be mended", async ({ page, stack }) => {
  const response = await page.goto(`${stack.server.url}/?${stack.link({ filter: "action =" })}`);
  expect(response!.status()).toBeLessThan(500);
  await expect(page.getByRole("search").getByRole("status")).not.toBeEmpty();
  await expect(page.getByRole("textbox", { name: "Filter" })).toHaveValue("action =");
});
