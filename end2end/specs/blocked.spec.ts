// From a red cell to the rule that is missing: in three clicks, and what can be done with the rule then.

import { expect, test } from "../fixtures/stack";
import { Blocked } from "../pages/blocked";

interface Advice {
  blocked: { id: string; port: number; protocol: number; verdict: string; groups: string[] }[];
  suggestions: { action: string; group: string; from_port: number; bundle: string }[];
}

/** A story that a suggested opening cures, and is among the rows of the heatmap. */
async function curable(ask: <T>(noun: string) => Promise<T>) {
  const advice = await ask<Advice>("advice");
  const { rows } = await ask<{ rows: { key: string; label: string }[] }>("matrix");
  const openings = advice.suggestions.filter(({ action }) => action === "open");
  const stories = advice.blocked.filter(({ port, groups }) =>
    openings.some(({ group, from_port }) => groups.includes(group) && from_port === port),
  );
  const story = stories.find(({ port }) => rows.some(({ key }) => key === String(port)));
  const row = rows.find(({ key }) => key === String(story?.port));
  if (!story || !row) throw new Error("the simulated mistakes are not among the rows");
  return { story, label: row.label };
}

test("from a cell of the reject heatmap to the fix in three clicks", async ({ stack, overview }) => {
  const { story, label } = await curable(stack.ask);
  await overview.open(stack.link());
  await overview.pointAtRow(overview.heatmap, label);
  await overview.page.mouse.down();
  await overview.page.mouse.up();
  await expect.poll(() => overview.link().get("filter")).toBe(`action = REJECT AND service-port = ${story.port}`);

  await overview.heatmap.getByRole("link", { name: "Why blocked" }).click();
  const blocked = new Blocked(overview.page, stack.server.url);
  await expect(blocked.stories).toBeVisible();

  await blocked.stories.locator(`a[href*="&id=${encodeURI(story.id)}"]`).click();
  await expect(blocked.why).toContainText(/rule/);
  await expect(blocked.change).toContainText("+");
  await expect(blocked.text("Terraform")).toContainText('resource "aws_vpc_security_group_');
  await expect(blocked.text("Terraform")).toContainText(String(story.port));
});

test("a suggestion is told in four notations, tried on what was recorded, dismissed, and taken back", async ({ stack, overview }) => {
  const { story } = await curable(stack.ask);
  const blocked = new Blocked(overview.page, stack.server.url);
  await blocked.open("/blocked", stack.link({ id: story.id }));
  for (const [notation, words] of [
    ["AWS CLI", "# revert: aws ec2 revoke-security-group-"],
    ["CloudFormation", "AWS::EC2::SecurityGroup"],
    ["JSON", '"confidence"'],
  ] as const) {
    await overview.page.getByRole("link", { name: notation, exact: true }).click();
    await expect(blocked.text(notation)).toContainText(words);
  }

  const card = overview.page.url();
  await blocked.say("Dismiss", "the host is gone");
  await expect(blocked.state).toContainText("dismissed: the host is gone");
  expect(overview.page.url()).toBe(card);
  await blocked.say("Take the last decision back", "");
  await expect(blocked.state).toContainText("This suggestion is open");

  await blocked.change.getByRole("link", { name: "Try it on the recorded traffic" }).click();
  const through = overview.page.locator(".tile").filter({ hasText: "Newly let through" }).locator(".amount");
  await expect(through).not.toHaveText("0");
  await overview.page.getByLabel("One change on each line").fill("add sg-nowhere ingress all from ::/0");
  await overview.page.getByRole("button", { name: "Replay" }).click();
  await expect(overview.page.getByText("line 1, column 5")).toBeVisible();
});

test("what another site sends is refused", async ({ stack, request }) => {
  const refused = await request.post(`${stack.server.url}/decisions`, {
    headers: { origin: "https://evil.example" },
    form: { suggestion: "open", say: "dismissed", reason: "x" },
  });
  expect(refused.status()).toBe(403);
});
