// The records: one scrolls through all of them, whatever their number.

import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures/stack";

interface Records {
  columns: string[];
  rows: { mark: string; values: (string | number | null)[] }[];
  total: number;
}

const table = (page: Page) => page.getByRole("region", { name: "Records, table" });
const said = (page: Page) => page.locator("#records .sub");
const row = (page: Page, place: number) => table(page).locator(`tr[aria-rowindex="${place + 2}"]`);

/** Scrolls so that the row of that place is the first in sight, as far as pixels go. */
const scrollTo = (page: Page, place: number, total: number) =>
  table(page).evaluate((box, part) => {
    const room = box.firstElementChild as HTMLElement;
    const head = box.querySelector("thead") as HTMLElement;
    box.scrollTop = part * (room.offsetHeight - head.offsetHeight);
  }, place / total);

test("one scrolls through all records, and each is where the API has it", async ({ overview, stack }) => {
  const { page } = overview;
  const { total } = await stack.ask<Records>("flows");
  expect(total).toBe(stack.totals.flows);
  await page.goto(`${stack.server.url}/flows?${stack.link()}`);
  await expect(said(page)).toHaveText(/^1 to \d+ of [\d\s]+, the latest first$/);
  await expect(table(page).getByRole("table")).toHaveAttribute("aria-rowcount", String(total + 1));
  for (const place of [Math.floor(total / 2), Math.floor(total / 9)]) {
    await scrollTo(page, place, total);
    await expect(row(page, place + 2)).toBeInViewport();
    const { columns, rows } = await stack.ask<Records>("flows", { offset: String(place + 2), limit: "1" });
    const bytes = rows[0]?.values[columns.indexOf("bytes")];
    const cell = row(page, place + 2).getByRole("cell").nth(columns.indexOf("bytes"));
    expect(Number((await cell.innerText()).replace(/\D/g, ""))).toBe(bytes);
  }
  // On and on by the wheel: rows come before they are seen, and those far away are let go.
  await table(page).hover();
  for (let turn = 0; turn < 40; turn += 1) await page.mouse.wheel(0, 600);
  const place = Math.floor(total / 9) + 700;
  await expect(row(page, place)).toBeAttached();
  expect(await table(page).locator("tbody tr").count()).toBeLessThan(800);
});

test("keys reach the last record and the first", async ({ overview, stack }) => {
  const { page } = overview;
  const { total } = await stack.ask<Records>("flows");
  await page.goto(`${stack.server.url}/flows?${stack.link()}`);
  await expect(said(page)).toHaveText(/^1 to /);
  await table(page).focus();
  await page.keyboard.press("End");
  await expect(row(page, total - 1)).toBeInViewport();
  await page.keyboard.press("Home");
  await expect(row(page, 0)).toBeInViewport();
});

test("a record deep down is opened, and one comes back to where one was", async ({ overview, stack }) => {
  const { page } = overview;
  const { total } = await stack.ask<Records>("flows");
  const place = Math.floor(total / 3);
  await page.goto(`${stack.server.url}/flows?${stack.link({ offset: String(place) })}`);
  await expect(row(page, place)).toBeInViewport();
  await row(page, place + 3).getByRole("cell").first().hover();
  await row(page, place + 3).getByRole("link", { name: "open" }).click();
  await expect(page.getByRole("region", { name: "Record", exact: true })).toBeVisible();
  await expect(row(page, place + 3)).toBeAttached();
  expect(overview.link().get("offset")).toBe(String(place + 3));
  await page.goBack();
  await expect(row(page, place)).toBeInViewport();
});

test("by size as many can be reached as are held, and the head says so", async ({ overview, stack }) => {
  const { page } = overview;
  const { total } = await stack.ask<Records>("flows");
  const reach = Math.min(total, 100_000);
  await page.goto(`${stack.server.url}/flows?${stack.link({ sort: "-bytes" })}`);
  await expect(said(page)).toHaveText(/, by bytes, the largest first/);
  await expect(table(page).getByRole("table")).toHaveAttribute("aria-rowcount", String(reach + 1));
  await table(page).focus();
  await page.keyboard.press("End");
  await expect(row(page, reach - 1)).toBeInViewport();
});

test("columns are moved, hidden and shown by links, and keys find the same link again", async ({ overview, stack }) => {
  const { page } = overview;
  await page.goto(`${stack.server.url}/flows?${stack.link({ columns: "start,bytes,action" })}`);
  const columns = page.getByRole("region", { name: "Columns, table" });
  const heads = async () =>
    (await table(page).getByRole("columnheader").allInnerTexts()).map((head) => head.replace(/ UTC$/, ""));
  const field = (name: string) => columns.getByRole("row").filter({ has: page.getByRole("rowheader", { name }) });
  await expect(said(page)).toHaveText(/^1 to /);
  const earlier = field("action").getByRole("link", { name: "earlier" });
  await earlier.focus();
  await page.keyboard.press("Enter");
  await expect.poll(heads).toEqual(["start", "action", "bytes"]);
  await expect(earlier).toBeFocused();
  await page.keyboard.press("Enter");
  await expect.poll(heads).toEqual(["action", "start", "bytes"]);
  // It cannot go further: another link of its row has the focus.
  await expect(field("action").getByRole("link", { name: "later" })).toBeFocused();
  await field("bytes").getByRole("link", { name: "hide" }).click();
  await expect.poll(heads).toEqual(["action", "start"]);
  await field("tcp-flags").getByRole("link", { name: "show" }).click();
  await expect.poll(heads).toEqual(["action", "start", "tcp-flags"]);
  expect(overview.link().get("columns")).toBe("action,start,tcp-flags");
  await page.getByRole("link", { name: "As they are unless chosen" }).click();
  await expect.poll(async () => (await heads()).length).toBe(11);
});

test("without JavaScript one goes from page to page", async ({ browser, stack }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${stack.server.url}/flows?${stack.link()}`);
  await page.getByRole("link", { name: "Next" }).click();
  await expect(said(page)).toHaveText(/^51 to 100 of /);
  await context.close();
});
