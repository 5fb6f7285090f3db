// How the pages feel on the simulated day, in real Chromium, as it is and with a processor four times slower: the largest
// contentful paint of pages, the time from an interaction to the next paint, the frames while a heatmap of 1440 x 200
// cells is brushed, and the bytes of the first page. Prints Markdown tables and asserts nothing: the machine matters more
// than the code from one run to the next.

import { cpus } from "node:os";
import { join } from "node:path";
import { type Browser, type Page, test } from "@playwright/test";
import { type Running, forget, scratch, serveWeir } from "../fixtures/programs";
import { END, simulateInto, untilRead } from "../fixtures/stack";
import { Overview } from "../pages/overview";
import { answered, frames, median, slowDown, travelled, watch } from "./measure";

const HOURS = Number(process.env.HOURS ?? 24);
const RUNS = Number(process.env.RUNS ?? 5);
const SLOWER = 4;
const TO = Date.parse(END) / 1000;
const LINK = `v=1&from=${TO - HOURS * 3_600}&to=${TO}`;
/** Cells of the heatmap that is brushed. */
const CELLS = { columns: 1440, rows: 200 };

const PAGES = ["/", "/rejects", "/conversations", "/flows"];

/** What a person does, by what it is called; each begins on a settled Overview. */
const ACTS: Record<string, (overview: Overview) => Promise<void>> = {
  "open a menu": ({ timeline }) => timeline.locator("summary").first().click(),
  "choose what the timeline is split by": (overview) => overview.choose(overview.timeline, "Split", "Service port"),
  "press an arrow key in the timeline": async ({ page, timeline }) => {
    await timeline.locator(".plate").focus();
    await page.keyboard.press("ArrowRight");
  },
  "brush the timeline": (overview) => overview.brush(overview.timeline, 0.4, 0.6),
  "click a cell of the heatmap": (overview) => overview.pick(overview.heatmap, 0.6, 0.1),
  "type into the filter": async ({ page }) => {
    await page.keyboard.press("/");
    await page.keyboard.type("dstport = 4", { delay: 40 });
  },
  "zoom out by a key": ({ page }) => page.keyboard.press("-"),
};

let root: string, data: string, server: Running;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  [root, data] = [scratch("bench-web"), scratch("bench-web-data")];
  simulateInto(root, HOURS);
  server = await serveWeir(["--source", join(root, "logs"), "--data", data]);
  await untilRead(server, 240);
});

test.afterAll(async () => {
  await server?.stop();
  [root, data].forEach(forget);
});

/** A page in a browser that knows nothing yet, as it is and slowed down. */
async function fresh<T>(browser: Browser, slower: number, use: (page: Page) => Promise<T>): Promise<T> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await watch(page);
    if (slower > 1) await slowDown(page, slower);
    return await use(page);
  } finally {
    await context.close();
  }
}

/** The medians of several runs at both speeds. */
async function atBothSpeeds(work: (slower: number) => Promise<number>): Promise<[number, number]> {
  const of = async (slower: number) => {
    const all: number[] = [];
    for (let run = 0; run < RUNS; run += 1) all.push(await work(slower));
    return median(all);
  };
  return [await of(1), await of(SLOWER)];
}

const millis = (value: number) => `${value.toFixed(0)} ms`;
const kilobytes = (bytes: number) => `${(bytes / 1000).toFixed(1)} kB`;

function table(head: string[], rows: string[][]): void {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  console.log(`\n${[line(head), line(head.map((_, place) => (place ? "---:" : "---"))), ...rows.map(line)].join("\n")}`);
}

test("paint, answers, frames and bytes", async ({ browser }) => {
  const speeds = ["as it is", `${SLOWER} x slower`];
  console.log(`\nChromium ${browser.version()}, ${cpus().length} cores, ${HOURS} simulated hours, medians of ${RUNS} runs`);

  const paints = [];
  for (const path of PAGES) {
    const paint = (slower: number) =>
      fresh(browser, slower, async (page) => {
        await page.goto(`${server.url}${path}?${LINK}`, { waitUntil: "networkidle" });
        return page.evaluate(() => window.seen.paint);
      });
    paints.push([path, ...(await atBothSpeeds(paint)).map(millis)]);
  }
  table(["Largest contentful paint", ...speeds], paints);

  const answers = [];
  for (const [name, act] of Object.entries(ACTS)) {
    const answer = (slower: number) =>
      fresh(browser, slower, async (page) => {
        const overview = new Overview(page, server.url);
        await overview.open(LINK);
        await overview.settled();
        return answered(page, () => act(overview));
      });
    answers.push([name, ...(await atBothSpeeds(answer)).map((value) => (value <= 16 ? "16 ms or less" : millis(value)))]);
  }
  table(["Interaction to next paint", ...speeds], answers);

  const heatmap = `${LINK}&top=${CELLS.rows}&points=${CELLS.columns}`;
  const matrix = await (await fetch(`${server.url}/api/v1/matrix?${heatmap}`)).json();
  const drawn: { rate: number; longest: number }[] = [];
  for (const slower of [1, SLOWER]) {
    const brushed = await fresh(browser, slower, async (page) => {
      const overview = new Overview(page, server.url);
      await overview.open(heatmap);
      await overview.settled();
      const box = (await overview.heatmap.locator(".plate").boundingBox())!;
      const at = (part: number) => [box.x + box.width * part, box.y + box.height / 2] as const;
      await page.mouse.move(...at(0.2));
      await page.mouse.down();
      const seen = await frames(page, async () => {
        for (let lap = 0; lap < 4; lap += 1) {
          await page.mouse.move(...at(0.9), { steps: 60 });
          await page.mouse.move(...at(0.25), { steps: 60 });
        }
      });
      await page.keyboard.press("Escape");
      await page.mouse.up();
      return seen;
    });
    drawn.push(brushed);
  }
  table(
    [`Brushing ${matrix.grid.count} x ${matrix.rows.length} cells`, ...speeds],
    [
      ["frames a second", ...drawn.map(({ rate }) => rate.toFixed(0))],
      ["longest frame", ...drawn.map(({ longest }) => millis(longest))],
    ],
  );

  const bytes = await fresh(browser, 1, async (page) => {
    await new Overview(page, server.url).open(LINK);
    return travelled(page);
  });
  table(
    ["The first page, as it travels", "bytes"],
    [
      ["WebAssembly", kilobytes(bytes.wasm)],
      ["page, script and styles", kilobytes(bytes.rest)],
      ["fonts", kilobytes(bytes.fonts)],
    ],
  );
});
