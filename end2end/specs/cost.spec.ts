// Cost, set-up and self-test on a simulated bucket: what the pages say is what the API says, and every choice is a link.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Locator, type Page, expect, test } from "@playwright/test";
import { everybodyCanUse } from "../fixtures/access";
import { ACCOUNT, type Running, STRANGER, atBucket, forget, scratch, serveS3, serveWeir } from "../fixtures/programs";
import { type World, linkOver, simulate, untilRead } from "../fixtures/stack";

let world: World;
let data: string;
let s3: Running;
let server: Running;
let flowLog: string;

test.beforeAll(async () => {
  world = simulate(4);
  data = scratch("data");
  flowLog = JSON.parse(readFileSync(join(world.root, "truth.json"), "utf8")).flow_log;
  s3 = await serveS3(world.root);
  server = await serveWeir([...atBucket(s3.url, "logs"), "--data", data]);
  await untilRead(server);
});

test.afterAll(async () => {
  await Promise.all([server.stop(), s3.stop()]);
  [world.root, data].forEach(forget);
});

const link = (more: Record<string, string> = {}) => linkOver(world.range, more);
const panel = (page: Page, name: string): Locator => page.getByRole("region", { name, exact: true }).first();
const cost = async (more: Record<string, string> = {}) => (await fetch(`${server.url}/api/v1/cost?${link(more)}`)).json();

/** An amount as the page writes it. */
const dollars = (amount: string) => {
  const [whole = "", places] = amount.replace("-", "").split(".");
  const sign = amount.startsWith("-") ? "-" : "";
  return `${sign}$${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${places}`;
};

test("the page has the numbers of the API, and a choice is a link that adds up", async ({ page }) => {
  await page.goto(`${server.url}/cost?${link()}`);
  const told = await cost();
  const truth = JSON.parse(readFileSync(join(world.root, "truth.json"), "utf8"));
  expect(told.text_bytes).toBe(truth.totals.text_bytes);

  const bill = panel(page, "Bill");
  await expect(bill.getByRole("row").last()).toContainText(dollars(told.bill.total));
  const interfaces = panel(page, "By interface").getByRole("row");
  await expect(interfaces.nth(1)).toContainText(told.interfaces[0].interface);
  await expect(interfaces.nth(1)).toContainText(dollars(told.interfaces[0].month_usd));
  for (const cause of told.causes) {
    const row = panel(page, "Who causes it").getByRole("row", { name: new RegExp(cause.title) });
    await expect(row).toContainText(dollars(cause.month_usd));
  }
  const file = await fetch(new URL((await bill.getByRole("link", { name: "CSV" }).getAttribute("href"))!, server.url));
  // A region whose prices no source confirms has an estimate for a total, and the file says so too.
  expect((await file.text()).trimEnd().split("\n").at(-1)).toMatch(new RegExp(`^Total( \\(estimate\\))?,,,${told.bill.total.replace(".", "\\.")}$`));

  const choice = told.what_if.choices.find(({ id }: { id: string }) => id === "without-tcp-flags");
  await page.getByRole("link", { name: choice.title, exact: true }).click();
  await expect(panel(page, "What you chose")).toContainText(dollars(choice.saves_usd));
  expect(new URL(page.url()).searchParams.get("choose")).toBe("without-tcp-flags");
  await page.getByRole("link", { name: "Parquet instead of text", exact: true }).click();
  await expect(panel(page, "What you chose").getByRole("row")).toHaveCount(3);
  const both = await cost({ choose: "without-tcp-flags,format-parquet" });
  await expect(panel(page, "What you chose")).toContainText(dollars(both.chosen[1].after_usd));
});

test("how logs are kept is a form that works and keeps the question", async ({ page }) => {
  await page.goto(`${server.url}/cost?${link()}`);
  await page.getByLabel("Deleted after").selectOption("30");
  await page.getByRole("button", { name: "Price it so" }).click();
  await expect.poll(() => new URL(page.url()).searchParams.get("kept")).toBe("30");
  expect(new URL(page.url()).searchParams.get("from")).toBe(String(world.range.from));
  const told = await cost({ kept: "30" });
  await expect(panel(page, "Bill").getByRole("row").last()).toContainText(dollars(told.bill.total));
});

test("the set-up writes the commands, takes in what AWS tells, and replaces what lacks fields", async ({ page }) => {
  await page.goto(`${server.url}/setup?${link()}`);
  await page.getByLabel("Bucket").fill("acme-logs");
  await page.getByRole("button", { name: "Show the format and the commands" }).click();
  await expect(panel(page, "AWS CLI")).toContainText("aws ec2 create-flow-logs");
  await expect(panel(page, "AWS CLI")).toContainText("arn:aws:s3:::acme-logs");
  await expect(panel(page, "Terraform")).toContainText("aws_flow_log");
  await expect(panel(page, "Before you run it")).toContainText("may overwrite its policy");
  await expect(panel(page, "Record format")).toContainText("${tcp-flags}");

  const log = {
    FlowLogId: flowLog,
    ResourceId: "vpc-00112233445566778",
    TrafficType: "ALL",
    LogDestinationType: "s3",
    LogDestination: "arn:aws:s3:::acme-logs",
    LogFormat: "${version} ${interface-id} ${srcaddr} ${dstaddr}",
    MaxAggregationInterval: 600,
    DeliverLogsStatus: "FAILED",
    DeliverLogsErrorMessage: "Access error",
  };
  await page.getByRole("textbox", { name: /describe-flow-logs/ }).fill(JSON.stringify({ FlowLogs: [log] }));
  await page.getByRole("button", { name: "Import" }).click();
  const existing = panel(page, "Flow logs there are");
  await expect(existing.getByRole("row", { name: new RegExp(flowLog) })).toContainText("Access error");
  const replace = existing.getByRole("link", { name: "Replace" });
  await replace.locator("xpath=ancestor::td").hover();
  await replace.click();
  await expect(panel(page, "Step 1")).toContainText("create-flow-logs");
  await expect(panel(page, "Step 3")).toContainText("delete-flow-logs");
  await page.goto(`${server.url}/cost?${link()}`);
  await expect(panel(page, "By flow log")).toContainText("Access error");
});

test("the self-test walks the real store", async ({ page }) => {
  await page.goto(`${server.url}/self-test?${link()}`);
  const steps = page.getByRole("table").first();
  for (const step of ["Credentials", "Bucket", "Objects", "Format", "Records", "Lag"]) {
    await expect(steps.getByRole("rowheader", { name: step, exact: true })).toBeVisible();
  }
  await expect(steps).toContainText("29 fields");
  // The simulated day lies where nothing is delivered any more.
  await expect(steps.getByRole("row").last()).toContainText("ago");
});

/** The step of a source that failed and what the page says to do; every step behind it was not reached. */
async function firstRed(page: Page, source: string): Promise<{ step: string; cure: string }> {
  const rows = await panel(page, source).getByRole("row").all();
  const steps = await Promise.all(rows.slice(1).map(async (row) => (await row.locator("th, td").allInnerTexts()).map((text) => text.trim())));
  const red = steps.findIndex(([, state]) => state === "failed");
  expect(steps.slice(red + 1).map(([, state]) => state)).toEqual(steps.slice(red + 1).map(() => "not reached"));
  return { step: steps[red]?.[0] ?? "none", cure: steps[red]?.[3] ?? "" };
}

test("the first red step says what to fix", async ({ page }) => {
  const folder = join(world.root, "other/AWSLogs/123456789012/vpcflowlogs/us-east-1/2026/11/20");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "123456789012_vpcflowlogs_us-east-1_fl-0123456789abcdef0_20261120T0000Z_00000001.log.gz"), "minutes of a meeting\n");
  mkdirSync(join(world.root, "empty"));
  const cases: { sources: string[]; env?: NodeJS.ProcessEnv; endpoint?: string; red: Record<string, [string, RegExp]> }[] = [
    {
      sources: ["logs", "no-such-bucket", "empty", "other"],
      red: {
        "s3://no-such-bucket": ["Bucket", /check the name no-such-bucket/i],
        "s3://empty": ["Objects", /prefix that holds AWSLogs/],
        "s3://other": ["Format", /--record-format/],
        "s3://logs": ["Lag", /describe-flow-logs/],
      },
    },
    { sources: ["logs"], env: STRANGER, red: { "s3://logs": ["Credentials", /AWS_PROFILE/] } },
    {
      sources: ["logs"],
      env: { ...ACCOUNT, AWS_SECRET_ACCESS_KEY: "another-secret-altogether" },
      red: { "s3://logs": ["Credentials", /secret access key does not belong/] },
    },
    { sources: ["logs"], env: { ...ACCOUNT, AWS_ACCESS_KEY_ID: "nobody" }, red: { "s3://logs": ["Credentials", /AWS_ACCESS_KEY_ID/] } },
    { sources: ["logs"], endpoint: "http://127.0.0.1:9", red: { "s3://logs": ["Bucket", /network/] } },
  ];
  for (const { sources, env, endpoint, red } of cases) {
    const folder = scratch("data");
    const [first = "", ...rest] = sources;
    const more = rest.flatMap((bucket) => ["--source", `s3://${bucket}`]);
    const weir = await serveWeir([...atBucket(endpoint ?? s3.url, first), ...more, "--data", folder], env);
    try {
      await page.goto(`${weir.url}/self-test`);
      for (const [source, [step, cure]] of Object.entries(red)) {
        const told = await firstRed(page, source);
        expect(told.step, `${source}: ${told.cure}`).toBe(step);
        expect(told.cure).toMatch(cure);
      }
    } finally {
      await weir.stop();
      forget(folder);
    }
  }
});

for (const path of ["cost", "setup", "self-test"]) {
  for (const theme of ["light", "dark"] as const) {
    for (const viewport of [
      { width: 1440, height: 900 },
      { width: 390, height: 844 },
    ]) {
      test(`${path}, ${theme}, ${viewport.width}: everybody can use it and nothing is wider than the screen`, async ({ page }) => {
        const said: string[] = [];
        page.on("console", (message) => {
          if (["error", "warning"].includes(message.type())) said.push(message.text());
        });
        await page.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
        await page.setViewportSize(viewport);
        await page.goto(`${server.url}/${path}?${link()}`);
        await expect(page.locator(".report table").first()).toBeVisible();
        await page.screenshot({ path: test.info().outputPath(`${path}-${theme}-${viewport.width}.png`), fullPage: true });
        await everybodyCanUse(page);
        expect(said).toEqual([]);
      });
    }
  }
}
