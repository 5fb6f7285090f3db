// The pages about the firewall as a person meets them: by what things are called, not by how they are marked up.

import type { Locator, Page } from "@playwright/test";

export class Blocked {
  readonly page: Page;
  readonly stories: Locator;
  readonly why: Locator;
  readonly change: Locator;
  readonly decide: Locator;
  readonly state: Locator;

  constructor(
    page: Page,
    private readonly base: string,
  ) {
    this.page = page;
    this.stories = page.getByRole("region", { name: "Blocked", exact: true }).first();
    this.why = page.getByRole("region", { name: "Why blocked", exact: true });
    this.change = page.getByRole("region", { name: "The change", exact: true }).first();
    this.decide = page.getByRole("region", { name: "Decide", exact: true });
    this.state = page.getByRole("region", { name: "Where it stands", exact: true });
  }

  /** Opens a link on one of the pages. */
  async open(path: string, link: string): Promise<void> {
    await this.page.goto(`${this.base}${path}?${link}`);
  }

  /** The link of the story of a service. */
  story(service: string): Locator {
    return this.stories.getByRole("row").filter({ hasText: service }).getByRole("link").first();
  }

  /** The text to copy. */
  text(notation: string): Locator {
    return this.page.getByRole("region", { name: notation, exact: true }).locator("pre");
  }

  /** Says something of the suggestion that is shown. */
  async say(decision: string, reason: string): Promise<void> {
    await this.decide.getByLabel("Decision").selectOption({ label: decision });
    await this.decide.getByLabel("Reason").fill(reason);
    await this.decide.getByRole("button", { name: "Keep" }).click();
  }
}
