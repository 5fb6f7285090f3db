// The Overview page as a person meets it: by what things are called, not by how they are marked up.

import type { Locator, Page } from "@playwright/test";

export class Overview {
  readonly page: Page;
  readonly timeline: Locator;
  readonly heatmap: Locator;
  readonly talkers: Locator;
  readonly filter: Locator;

  constructor(
    page: Page,
    private readonly base: string,
  ) {
    this.page = page;
    this.timeline = page.getByRole("region", { name: "Traffic over time", exact: true });
    this.heatmap = page.getByRole("region", { name: "Rejects", exact: true });
    this.talkers = page.getByRole("region", { name: "Top talkers", exact: true });
    this.filter = page.getByRole("textbox", { name: "Filter", exact: true });
  }

  /** Opens a link and waits until the page is alive. */
  async open(link: string): Promise<void> {
    await this.page.goto(`${this.base}/?${link}`);
    await this.alive();
  }

  /** Alive: hydrated, and canvases have taken the places of both pictures. */
  async alive(): Promise<void> {
    for (const panel of [this.timeline, this.heatmap]) await panel.locator(".plate.painted").waitFor();
  }

  /** Waits until nothing is being asked and the last frame is drawn. */
  async settled(): Promise<void> {
    await this.page.waitForLoadState("networkidle");
    await this.page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  }

  /** A tile's number and unit, as they are written. */
  async tile(name: string): Promise<string> {
    const tile = this.page.locator(".tile").filter({ has: this.page.getByRole("heading", { name, exact: true }) });
    return flat(await tile.locator(".value").innerText());
  }

  /** The entries of the timeline's legend. */
  get legend(): Locator {
    return this.timeline.locator(".legend").getByRole("listitem");
  }

  /** The legend in words, one text per entry. */
  async legendWords(): Promise<string[]> {
    return (await this.legend.allInnerTexts()).map(flat);
  }

  /** Drags over a chart from one part of its width to another. */
  async brush(panel: Locator, from: number, to: number): Promise<void> {
    const box = await this.plate(panel);
    const y = box.y + box.height / 2;
    await this.page.mouse.move(box.x + box.width * from, y);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + box.width * ((from + to) / 2), y, { steps: 4 });
    await this.page.mouse.move(box.x + box.width * to, y, { steps: 4 });
    await this.page.mouse.up();
  }

  /** Clicks on a chart at a part of its width and height. */
  async pick(panel: Locator, across: number, down: number): Promise<void> {
    const box = await this.plate(panel);
    await this.page.mouse.click(box.x + box.width * across, box.y + box.height * down);
  }

  /** Points at a row of a heatmap by what its tooltip says. */
  async pointAtRow(panel: Locator, label: string): Promise<void> {
    const box = await this.plate(panel);
    for (let y = box.y + 6; y < box.y + box.height; y += 8) {
      await this.page.mouse.move(box.x + box.width * 0.6, y);
      const tip = panel.locator(".tip");
      if ((await tip.count()) > 0 && flat(await tip.innerText()).startsWith(`${label},`)) return;
    }
    throw new Error(`no row is called ${label}`);
  }

  private async plate(panel: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
    await panel.scrollIntoViewIfNeeded();
    const box = await panel.locator(".plate").boundingBox();
    if (!box) throw new Error("there is no chart");
    return box;
  }

  /** Chooses from one of a panel's menus. */
  async choose(panel: Locator, menu: string, label: string): Promise<void> {
    await panel.locator(`summary[title="${menu}"]`).click();
    await panel.getByRole("link", { name: label, exact: true }).click();
  }

  /** The cells of the table one click behind a picture, its head first. */
  async tableOf(panel: Locator): Promise<string[][]> {
    await panel.getByRole("button", { name: "Table" }).click();
    const rows = panel.getByRole("table").getByRole("row");
    await rows.nth(1).waitFor();
    return rows.evaluateAll((all) => all.map((row) => [...row.children].map((cell) => (cell.textContent ?? "").trim())));
  }

  /** The address behind an entry of a panel's "take away" menu. */
  async takeAway(panel: Locator, label: string): Promise<string> {
    const link = panel.locator("details").getByText(label, { exact: true });
    return new URL((await link.getAttribute("href")) ?? "", this.page.url()).href;
  }

  /** What the address bar holds. */
  link(): URLSearchParams {
    return new URL(this.page.url()).searchParams;
  }
}

function flat(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
