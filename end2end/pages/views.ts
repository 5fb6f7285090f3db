// The page of saved views, by what things are called.

import type { Locator, Page } from "@playwright/test";

export class Views {
  readonly list: Locator;
  readonly deleted: Locator;
  readonly history: Locator;

  constructor(
    readonly page: Page,
    private readonly base: string,
  ) {
    this.list = page.getByRole("region", { name: "Saved views" }).first();
    this.deleted = page.getByRole("region", { name: "Deleted", exact: true }).first();
    this.history = page.getByRole("region", { name: "History" }).first();
  }

  async open(query = ""): Promise<void> {
    await this.page.goto(`${this.base}/views${query}`);
  }

  /** The names in the list, from top to bottom. */
  async names(): Promise<string[]> {
    const names = await this.list.getByRole("rowheader").locator("> a").allInnerTexts();
    return names.map((name) => name.trim());
  }

  /** Fills in the form of a panel and sends it. */
  async send(panel: string, fields: Record<string, string>, button: string): Promise<void> {
    const form = this.page.getByRole("region", { name: panel, exact: true });
    for (const [label, value] of Object.entries(fields)) await form.getByLabel(label, { exact: true }).fill(value);
    await form.getByRole("button", { name: button }).click();
  }

  /** The sentence above everything. */
  get said(): Locator {
    return this.page.locator(".report .say");
  }
}
