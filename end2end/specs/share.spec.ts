// Handing on what one sees: saved views with their short links, live or of this moment; what a link says where it is pasted.

import { Views } from "../pages/views";
import { expect, test } from "../fixtures/stack";

test("a view is saved from the page, and its short link opens it on another device", async ({ stack, overview, browser }) => {
  const { page } = overview;
  await overview.open(stack.link({ filter: "action = REJECT", split: "service-port" }));
  const asked = overview.link().toString();
  await page.locator('summary[title="Share"]').click();
  await page.getByRole("link", { name: "Save view" }).click();
  const views = new Views(page, stack.server.url);
  await expect(page.getByLabel("Name")).toHaveValue(/^Rejects by service port, 20 Nov/);
  await views.send("Save view", { Name: "What is refused", Owner: "Net team", Tags: "prod, rejects" }, "Save view");
  await expect(views.said).toContainText("is saved. Its short link is /v/what-is-refused");
  expect(await views.names()).toContain("What is refused");

  const other = await browser.newContext();
  const elsewhere = await other.newPage();
  await elsewhere.goto(`${stack.server.url}/v/what-is-refused`);
  await expect(elsewhere.getByRole("textbox", { name: "Filter" })).toHaveValue("action = REJECT");
  expect(new URL(elsewhere.url()).searchParams.toString()).toBe(asked);
  await other.close();
});

test("without JavaScript a view is saved, edited, deleted and brought back", async ({ stack, browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  const views = new Views(page, stack.server.url);
  await page.goto(`${stack.server.url}/coverage?${stack.link()}`);
  await page.locator('summary[title="Share"]').click();
  await page.getByRole("link", { name: "Save view" }).click();
  await views.send("Save view", { Name: "By hand" }, "Save view");
  await expect(views.said).toContainText("is saved");

  await views.open("?id=by-hand");
  await views.send("Edit", { Name: "By hand, edited", Description: "What it is for" }, "Save");
  await expect(views.list).toContainText("By hand, edited");
  await views.open("?id=by-hand");
  await expect(views.history.getByRole("row")).toHaveCount(3);
  await expect(views.history).toContainText("Changed name, description");

  await page.getByRole("button", { name: "Delete this view" }).click();
  await expect(views.said).toContainText("is deleted");
  await expect(views.deleted).toContainText("By hand, edited");
  await page.getByRole("button", { name: "Undo" }).click();
  await expect(views.said).toContainText("is back");
  expect(await views.names()).toContain("By hand, edited");

  await views.open("?id=by-hand");
  await page.getByRole("button", { name: "Bring back" }).click();
  await views.open("?q=hand");
  await expect(views.list.getByRole("row")).toHaveCount(2);
  await context.close();
});

test("a live link follows the clock, one of this moment does not, and both are copied", async ({ stack, overview }) => {
  const { page } = overview;
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(`${stack.server.url}/?v=1&from=now-3h&to=now`);
  await overview.alive();
  const copied = async (name: string) => {
    await page.locator('summary[title="Share"]').click();
    await page.getByRole("button", { name }).click();
    await expect(page.locator('summary[title="Share"]')).toContainText("Copied");
    return new URL(await page.evaluate(() => navigator.clipboard.readText()));
  };
  expect((await copied("Copy link, live")).searchParams.get("from")).toBe("now-3h");
  const moment = (await copied("Copy link, this moment")).searchParams;
  expect(Number(moment.get("to")) - Number(moment.get("from"))).toBe(3 * 3600);
});

test("the home is opened by the bare address", async ({ stack, overview }) => {
  const { page } = overview;
  const views = new Views(page, stack.server.url);
  const made = await fetch(`${stack.server.url}/api/v1/views`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "Start here", page: "/coverage", link: stack.link() }),
  });
  expect(made.status).toBe(201);
  await views.open("?id=start-here");
  await page.getByRole("button", { name: "Let / open this view, for everybody" }).click();
  await expect(views.said).toContainText("for everybody");
  await page.getByRole("link", { name: "Weir, overview" }).click();
  await expect(page).toHaveURL(/\/coverage\?/);
  await views.open("?id=start-here");
  await page.getByRole("button", { name: "Let / open the Overview again" }).click();
  await page.goto(`${stack.server.url}/`);
  await overview.alive();
});

test("a link says what is seen and shows a picture of it where it is pasted", async ({ stack, request }) => {
  const page = await (await request.get(`${stack.server.url}/?${stack.link({ filter: "action = REJECT" })}`, { headers: { accept: "text/html" } })).text();
  const tag = (name: string) => new RegExp(`property="${name}" content="([^"]*)"`).exec(page)?.[1]?.replaceAll("&amp;", "&") ?? "";
  expect(tag("og:title")).toMatch(/^Rejects by service port, 20 Nov \d\d:\d\d to \d\d:\d\d UTC$/);
  expect(tag("og:url")).toContain(stack.server.url);
  const picture = await request.get(tag("og:image"));
  expect(picture.headers()["content-type"]).toBe("image/png");
  const bytes = await picture.body();
  expect([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]).toEqual([1200, 630]);
  await test.info().attach("preview", { body: bytes, contentType: "image/png" });
});

test("parameters that are not known are shown and can be left out", async ({ stack, overview }) => {
  await overview.open(stack.link({ future: "yes" }));
  const note = overview.page.getByRole("status").filter({ hasText: "does not know" });
  await expect(note).toContainText("future=yes");
  await note.getByRole("link", { name: "Leave it out" }).click();
  await expect(note).toHaveCount(0);
  expect(overview.link().get("future")).toBeNull();
});
