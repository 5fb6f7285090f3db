// The Coverage page as a person meets it: by what things are called, not by how they are marked up.

import type { Locator, Page } from "@playwright/test";

export class CoveragePage {
  readonly page: Page;
  readonly delivery: Locator;
  readonly grid: Locator;
  readonly lines: Locator;
  readonly aside: Locator;
  readonly objects: Locator;

  constructor(
    page: Page,
    private readonly base: string,
  ) {
    this.page = page;
    this.delivery = page.getByRole("region", { name: "Delivery", exact: true });
    this.grid = page.getByRole("grid", { name: "Objects by time, account and region" });
    this.lines = page.getByRole("region", { name: "What became of every line", exact: true });
    this.aside = page.getByRole("region", { name: "Set aside", exact: true });
    this.objects = page.getByRole("region", { name: "Objects", exact: true });
  }

  /** Opens a link and waits until the page is alive: the table button works only then. */
  async open(link: string): Promise<void> {
    await this.page.goto(`${this.base}/coverage?${link}`);
    await this.alive();
  }

  /** Alive: a cell that is pointed at is read out below the grid. */
  async alive(): Promise<void> {
    const read = this.delivery.locator(".cover-read");
    const resting = await read.innerText();
    await this.grid.getByRole("gridcell").first().waitFor();
    await this.page.waitForFunction(
      ([selector, before]) => {
        const cell = document.querySelector("[data-cell]");
        cell?.dispatchEvent(new PointerEvent("pointerover", { bubbles: true }));
        return document.querySelector(selector!)?.textContent !== before;
      },
      [".cover-read", resting],
    );
    await this.grid.dispatchEvent("pointerleave");
  }

  /** The cells that say some words. */
  cells(words: RegExp): Locator {
    return this.grid.getByRole("gridcell", { name: words });
  }

  /** The exact number in a row of a panel's table. */
  async number(panel: Locator, name: string): Promise<number> {
    const row = panel.getByRole("row").filter({ has: this.page.getByRole("rowheader", { name, exact: false }) });
    const text = await row.first().getByRole("cell").first().innerText();
    return Number(text.replaceAll(/\s/g, ""));
  }
}
