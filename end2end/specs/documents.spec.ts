// Pages that are documents: their pictures are read, pointed at and walked through, and times are those of the reader.

import type { Page } from "@playwright/test";
import { fitsTheScreen } from "../fixtures/access";
import { expect, test } from "../fixtures/stack";

const PICTURES = [
  { path: "/rejects", names: ["Sources and ports", "Hours of the week"] },
  { path: "/conversations", names: ["Who talks to what"] },
];

const panel = (page: Page, name: string) => page.getByRole("region", { name, exact: true }).first();
// Labels within a picture are pictures too, to the browser.
const picture = (page: Page, name: string) => panel(page, name).getByRole("img").first();

for (const theme of ["light", "dark"] as const) {
  for (const width of [1440, 390]) {
    test(`${theme}, ${width} px: pictures of documents fit the screen`, async ({ overview, stack }) => {
      const { page } = overview;
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 900 });
      for (const { path, names } of PICTURES) {
        await page.goto(`${stack.server.url}${path}?${stack.link()}`);
        for (const name of names) await expect(picture(page, name)).toBeVisible();
        await page.screenshot({ path: test.info().outputPath(`${path.slice(1)}.png`), fullPage: true });
        await fitsTheScreen(page);
      }
    });
  }
}

test("a cell leads to its rejects, by the pointer in the picture and by keys in the table", async ({ overview, stack }) => {
  const { page } = overview;
  await page.goto(`${stack.server.url}/rejects?${stack.link()}`);
  const sources = panel(page, "Sources and ports");
  const cell = sources.locator(".over a").first();
  const href = await cell.getAttribute("href");
  await sources.getByText("Table", { exact: true }).press("Enter");
  const inTable = sources.getByRole("table").locator("td.n a").first();
  expect(await inTable.getAttribute("href")).toBe(href);
  await cell.click();
  await expect.poll(() => overview.link().get("filter")).toContain("action = REJECT AND client IN");
  await expect(picture(page, "Sources and ports")).toBeVisible();
});

test("the hours of the week hold every reject", async ({ stack }) => {
  const file = await (await fetch(`${stack.server.url}/api/v1/report/rejects/week.csv?${stack.link()}`)).text();
  const [, ...lines] = file.trimEnd().split("\n");
  const all = lines.flatMap((line) => line.split(",").slice(1)).reduce((sum, mean) => sum + Number(mean), 0);
  // Whole hours of less than a week: every hour is its own mean. An hour of which less than five minutes are known says
  // nothing: the first records began a moment before the first whole hour.
  expect(all).toBeLessThanOrEqual(stack.totals.rejected + 0.5);
  expect(stack.totals.rejected - all).toBeLessThan(5);
});

test("the bands hold every byte", async ({ stack }) => {
  const { groups } = await stack.ask<{ groups: { amount: { bytes: number; flows: number } }[] }>("conversations");
  const sum = (of: (amount: { bytes: number; flows: number }) => number) => groups.reduce((total, { amount }) => total + of(amount), 0);
  expect({ bytes: sum(({ bytes }) => bytes), flows: sum(({ flows }) => flows) }).toEqual({
    bytes: stack.totals.bytes,
    flows: stack.totals.flows,
  });
});

test.describe(() => {
  test.use({ timezoneId: "Asia/Kolkata" });

  test("times are said in the reader's zone, which is named above them", async ({ overview, stack }) => {
    const { page } = overview;
    const first = async () => {
      const row = panel(page, "What looks like a mistake").getByRole("row").nth(1);
      return (await row.getByRole("cell").nth(6).innerText()).replaceAll("\u00a0", " ");
    };
    await page.goto(`${stack.server.url}/rejects?${stack.link()}`);
    const head = panel(page, "What looks like a mistake").getByRole("columnheader", { name: /^First seen/ });
    await expect(head).toHaveText("First seen UTC");
    const utc = Date.parse(`${await first()} UTC`);
    await page.goto(`${stack.server.url}/rejects?${stack.link({ zone: "local" })}`);
    await expect(head).toHaveText("First seen UTC+5:30");
    expect(Date.parse(`${await first()} UTC`) - utc).toBe(5.5 * 3_600_000);
    await expect(panel(page, "Hours of the week").getByText(/UTC\+5:30/).first()).toBeVisible();
    await expect(panel(page, "Ports").locator("source").first()).toHaveAttribute("srcset", /utc-offset=19800/);
  });
});
