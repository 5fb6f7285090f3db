// The link is the state: what one does on the page stands in the address, and the address brings it back.

import { expect, test } from "../fixtures/stack";
import { shown } from "../fixtures/truth";

test("dragging over the timeline zooms, and the link says the new range", async ({ stack, overview }) => {
  await overview.open(stack.link());
  const before = { from: Number(overview.link().get("from")), to: Number(overview.link().get("to")) };
  await overview.brush(overview.timeline, 0.4, 0.6);
  await expect.poll(() => Number(overview.link().get("from"))).toBeGreaterThan(before.from);
  const after = { from: Number(overview.link().get("from")), to: Number(overview.link().get("to")) };
  expect(after.to).toBeLessThan(before.to);
  const width = (after.to - after.from) / (before.to - before.from);
  expect(width).toBeGreaterThan(0.1);
  expect(width).toBeLessThan(0.35);
});

test("a link opened anew shows the same view", async ({ stack, overview }) => {
  await overview.open(stack.link({ split: "service-port", measure: "packets", filter: "action = REJECT" }));
  const tiles = await overview.tile("Flows");
  const legend = await overview.legendWords();
  await overview.page.reload();
  await overview.alive();
  expect(await overview.tile("Flows")).toBe(tiles);
  expect(await overview.legendWords()).toEqual(legend);
  expect(overview.link().get("split")).toBe("service-port");
});

test("the back button undoes a zoom and forward does it again", async ({ stack, overview }) => {
  await overview.open(stack.link());
  const whole = overview.page.url();
  const tile = await overview.tile("Flows");
  await overview.brush(overview.timeline, 0.5, 0.7);
  await expect.poll(() => overview.page.url()).not.toBe(whole);
  const zoomed = overview.page.url();
  await expect.poll(() => overview.tile("Flows")).not.toBe(tile);
  await overview.page.goBack();
  await expect.poll(() => overview.page.url()).toBe(whole);
  await expect.poll(() => overview.tile("Flows")).toBe(tile);
  await overview.page.goForward();
  await expect.poll(() => overview.page.url()).toBe(zoomed);
});

test("a click on a legend entry isolates it", async ({ stack, overview }) => {
  await overview.open(stack.link());
  await overview.legend.getByRole("link", { name: /reject/i }).click();
  await expect.poll(() => overview.link().get("filter")).toBe("action = REJECT");
  await expect.poll(async () => shown(await overview.tile("Rejected")).value).toBe(100);
});

test("a click on a cell of the heatmap filters by its row", async ({ stack, overview }) => {
  await overview.open(stack.link());
  await overview.pick(overview.heatmap, 0.6, 0.1);
  await expect.poll(() => overview.link().get("filter")).toMatch(/^action = REJECT AND service-port = \d+$/);
  await expect(overview.filter).toHaveValue(/service-port = \d+/);
});

test("a faulty filter says where it is faulty and keeps what was shown", async ({ stack, overview }) => {
  await overview.open(stack.link());
  const link = overview.page.url();
  await overview.filter.fill("action = REJECT AND dstprot = 22");
  await overview.filter.press("Enter");
  await expect(overview.page.getByRole("search").getByRole("status")).toContainText(/dstprot|dstport/);
  await expect(overview.filter).toHaveAttribute("aria-invalid", "true");
  expect(overview.page.url()).toBe(link);
});

test("a filter typed and entered stands in the link", async ({ stack, overview }) => {
  await overview.open(stack.link());
  await overview.filter.fill("dstport IN (22, 3389)");
  await overview.filter.press("Enter");
  await expect.poll(() => overview.link().get("filter")).toBe("dstport IN (22, 3389)");
});

test("the slash key goes to the filter box", async ({ stack, overview }) => {
  await overview.open(stack.link());
  await overview.page.keyboard.press("/");
  await expect(overview.filter).toBeFocused();
});

test("choosing what the timeline is split by changes the link and the legend", async ({ stack, overview }) => {
  await overview.open(stack.link());
  await overview.choose(overview.timeline, "Split", "Protocol");
  await expect.poll(() => overview.link().get("split")).toBe("protocol");
  await expect.poll(() => overview.legendWords()).toContainEqual(expect.stringContaining("tcp"));
});

test("a second split, heights and a line across are chosen in the bar and stand in the link", async ({ stack, overview }) => {
  await overview.open(stack.link());
  await overview.choose(overview.timeline, "Split", "then protocol");
  await expect.poll(() => overview.link().get("within")).toBe("protocol");
  await expect.poll(() => overview.legendWords()).toContainEqual(expect.stringContaining("ACCEPT · tcp"));
  await overview.legend.getByRole("link", { name: /REJECT · tcp/ }).click();
  await expect.poll(() => overview.link().get("filter")).toBe("action = REJECT AND protocol = tcp");
  await overview.choose(overview.timeline, "Heights", "Percent");
  await overview.choose(overview.timeline, "Heights", "95th percentile");
  await expect.poll(() => overview.link().get("heights")).toBe("percent");
  await expect.poll(() => overview.link().get("mark")).toBe("p95");
  await expect(overview.timeline).toContainText("parts of all bytes");
});

test("a comparison is drawn, told in per cent, and survives a reload; without logs it is not made", async ({ stack, overview }) => {
  // The last third: the logs begin somewhere in the first.
  const { from, to } = stack.range;
  await overview.open(stack.link({ from: String(to - Math.floor((to - from) / 180) * 60) }));
  await overview.choose(overview.timeline, "Compare with", "Period before");
  await expect.poll(() => overview.link().get("compare")).toBe("previous");
  const told = expect.stringMatching(/^the period before .+[+−]\d/);
  await expect.poll(() => overview.legendWords()).toContainEqual(told);
  await expect(overview.page.getByRole("status").filter({ hasText: "against the previous" })).toBeVisible();
  await overview.page.reload();
  await overview.alive();
  expect(await overview.legendWords()).toContainEqual(told);
  await overview.choose(overview.timeline, "Compare with", "Week before");
  await expect.poll(() => overview.legendWords()).toContainEqual(expect.stringMatching(/not compared: no logs for .+ of the week before/));
});

test("parameters of a later version are kept", async ({ stack, overview }) => {
  await overview.open(stack.link({ future: "yes" }));
  await overview.brush(overview.timeline, 0.3, 0.6);
  await expect.poll(() => overview.link().get("to")).not.toBe(String(stack.range.to));
  expect(overview.link().get("future")).toBe("yes");
});
