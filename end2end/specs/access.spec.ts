// Every page, light and wide, dark and narrow: everybody can use it, and nothing is wider than the screen.

import { everybodyCanUse } from "../fixtures/access";
import { expect, test } from "../fixtures/stack";

const PAGES = [
  "", "rejects", "blocked", "conversations", "interface", "flows", "groups", "replay", "cost", "setup", "self-test", "coverage", "views", "nowhere",
];

// A table of some hundred rows with links takes axe its time.
test.slow();
// A page that is not there says so, also to the console.
test.use({ forgiven: [/status of 404/] });

for (const [theme, width] of [["light", 1440], ["dark", 390]] as const) {
  for (const path of PAGES) {
    test(`${theme}, ${width} px, /${path}`, async ({ overview, stack }) => {
      const { page } = overview;
      await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height: 900 });
      await page.goto(`${stack.server.url}/${path}?${stack.link()}`);
      await expect(page.locator("[data-face=loading]")).toHaveCount(0);
      await expect(page.locator("main")).toBeVisible();
      await page.screenshot({ path: test.info().outputPath(`${path || "overview"}.png`), fullPage: true });
      await everybodyCanUse(page);
    });
  }
}
