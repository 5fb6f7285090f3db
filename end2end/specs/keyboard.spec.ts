// Everything without a mouse: the main paths by keys alone, the palette, the filter's choices, a range that is said.

import type { Page } from "@playwright/test";
import { expect, test } from "../fixtures/stack";
import type { Overview } from "../pages/overview";

/** Presses Tab until what has the focus is called `name`. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let step = 0; step < 80; step += 1) {
    await page.keyboard.press("Tab");
    const called = await page.evaluate(() => {
      const focused = document.activeElement;
      return focused?.getAttribute("aria-label") ?? focused?.textContent ?? "";
    });
    if (name.test(called.trim())) return;
  }
  throw new Error(`Tab does not reach ${name}`);
}

const span = (overview: Overview) => Number(overview.link().get("to")) - Number(overview.link().get("from"));

test("the time is shifted, zoomed and said by keys, and the way back undoes it", async ({ stack, overview }) => {
  const { keyboard } = overview.page;
  await overview.open(stack.link());
  const whole = span(overview);
  await keyboard.press("+");
  await expect.poll(() => span(overview)).toBeLessThan(whole);
  const closer = span(overview);
  const from = Number(overview.link().get("from"));
  await keyboard.press("[");
  await expect.poll(() => Number(overview.link().get("from"))).toBe(from - closer);
  await keyboard.press("]");
  await expect.poll(() => Number(overview.link().get("from"))).toBe(from);
  await keyboard.press("-");
  await expect.poll(() => span(overview)).toBe(2 * closer);
  await overview.page.goBack();
  await expect.poll(() => span(overview)).toBe(closer);

  await keyboard.press("t");
  const box = overview.page.getByRole("textbox", { name: "Say a range" });
  await expect(box).toBeFocused();
  await keyboard.type("2026-11-20 04:00 to 05:30");
  await keyboard.press("Enter");
  await expect.poll(() => overview.link().get("from")).toBe("1795147200");
  expect(overview.link().get("to")).toBe("1795152600");
  await expect(box).toBeHidden();
});

test.describe(() => {
  // What is refused is answered with 400, which browsers write into their console.
  test.use({ forgiven: [/status of 400/] });

  test("a range that is not understood is selected where it is not, with examples", async ({ stack, overview }) => {
    const { page } = overview;
    await overview.open(stack.link());
    const before = page.url();
    await page.keyboard.press("t");
    await page.keyboard.type("last tusday 14:00");
    await page.keyboard.press("Enter");
    await expect(page.getByText("tusday", { exact: true })).toBeVisible();
    await expect(page.getByRole("status").filter({ hasText: "since monday" })).toBeVisible();
    const selected = await page.getByRole("textbox", { name: "Say a range" }).evaluate((box: HTMLInputElement) => box.value.slice(box.selectionStart ?? 0, box.selectionEnd ?? 0));
    expect(selected).toBe("tusday");
    expect(page.url()).toBe(before);
    await page.keyboard.press("Escape");
    await expect(page.getByRole("textbox", { name: "Say a range" })).toBeHidden();
  });
});

test("the filter is written with choices and counts, run by Ctrl Enter, and brought back", async ({ stack, overview }) => {
  const { page } = overview;
  const choices = page.getByRole("listbox", { name: "How the filter may go on" }).getByRole("option");
  await overview.open(stack.link());
  await page.keyboard.press("/");
  await page.keyboard.type("act");
  await expect(choices.first()).toContainText("action");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(overview.filter).toHaveValue("action ");
  await page.keyboard.type("= ");
  await expect(choices.filter({ hasText: "REJECT" })).toContainText(/\d.* flows/);
  await page.keyboard.type("REJ");
  await expect(choices).toHaveCount(1);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  await expect(overview.filter).toHaveValue("action = REJECT ");
  await page.keyboard.press("Control+Enter");
  await expect.poll(() => overview.link().get("filter")).toBe("action = REJECT");
  await expect(choices).toHaveCount(0);

  // The first Escape takes the choices away, the second leaves the box.
  await overview.filter.fill("");
  await expect(choices.first()).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(choices).toHaveCount(0);
  await page.keyboard.press("Escape");
  await expect(overview.filter).not.toBeFocused();
  await page.keyboard.press("/");
  await page.keyboard.press("ArrowUp");
  await expect(overview.filter).toHaveValue("action = REJECT");
});

test("the palette goes to pages, addresses and pasted lines", async ({ stack, overview }) => {
  const { page } = overview;
  await overview.open(stack.link());
  const palette = page.getByRole("dialog", { name: "Go to" });
  const places = palette.getByRole("option");
  const go = async (text: string) => {
    await page.keyboard.press("Control+k");
    await expect(palette).toBeVisible();
    await page.keyboard.insertText(text);
  };

  await page.keyboard.press("Control+k");
  await expect(places.first()).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(palette).toBeHidden();

  const record = stack.records.find((one) => Number(one.dstport) > 0)!;
  await go(`${record.srcaddr}:${record.srcport} -> ${record.dstaddr}:${record.dstport}`);
  await expect(places.first()).toContainText("This conversation, both ways");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect.poll(() => overview.link().get("filter")).toContain(record.srcaddr);
  expect(overview.link().get("from")).toBe(String(stack.range.from));

  await go("cover");
  await expect(places).toHaveCount(1);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/coverage\?/);
});

test("a chart is read, a range chosen and zoomed, with the values announced", async ({ stack, overview }) => {
  const { page } = overview;
  await overview.open(stack.link());
  const whole = span(overview);
  await overview.timeline.locator(".plate").focus();
  const said = overview.timeline.locator(".plate").getByRole("status");
  await page.keyboard.press("ArrowRight");
  await expect(said).not.toBeEmpty();
  const first = await said.innerText();
  await page.keyboard.press("ArrowRight");
  await expect(said).not.toHaveText(first);
  for (let step = 0; step < 6; step += 1) await page.keyboard.press("Shift+ArrowRight");
  await page.keyboard.press("Enter");
  await expect.poll(() => span(overview)).toBeLessThan(whole / 4);
});

test("the keys are listed, and the rest of the page is reached by Tab", async ({ stack, overview }) => {
  const { page } = overview;
  await overview.open(stack.link());
  await page.keyboard.press("?");
  const list = page.getByRole("dialog", { name: "Keys" });
  await expect(list).toContainText("Ctrl K");
  await page.keyboard.press("Escape");
  await expect(list).toBeHidden();

  await tabTo(page, /^Skip to content$/);
  await tabTo(page, /^Views$/);
  await tabTo(page, /^Share/);
  await page.keyboard.press("Enter");
  await tabTo(page, /^Save view$/);
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/\/views\?.*act=new/);
  await tabTo(page, /^Save view$/);
});
