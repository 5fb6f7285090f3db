// What a page tells of itself: when it was painted, how long it took to answer a hand, how many frames it drew.

import type { Page } from "@playwright/test";

declare global {
  interface Window {
    seen: { paint: number; shift: number; answers: number[]; frames: number[] };
  }
}

/** Has every page of the tab keep count from its first moment. */
export async function watch(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const seen: Window["seen"] = { paint: 0, shift: 0, answers: [], frames: [] };
    window.seen = seen;
    const observe = (type: string, each: (entry: PerformanceEntry) => void, more: object = {}) =>
      new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true, ...more });
    observe("largest-contentful-paint", (entry) => (seen.paint = entry.startTime));
    observe("layout-shift", (entry) => {
      const { value, hadRecentInput } = entry as PerformanceEntry & { value: number; hadRecentInput: boolean };
      if (!hadRecentInput) seen.shift += value;
    });
    // Only presses of keys, clicks and taps are interactions; the browser rounds to 8 ms and tells nothing below 16.
    observe("event", (entry) => {
      if ((entry as PerformanceEntry & { interactionId: number }).interactionId) seen.answers.push(entry.duration);
    }, { durationThreshold: 16 });
  });
}

/** Makes the processor of the tab so many times slower. */
export async function slowDown(page: Page, times: number): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("Emulation.setCPUThrottlingRate", { rate: times });
}

/** How long the page took from an interaction to the next frame, milliseconds; 16 stands for all that is shorter. */
export async function answered(page: Page, act: () => Promise<void>): Promise<number> {
  await page.evaluate(() => void (window.seen.answers = []));
  await act();
  // Entries come once the frame is drawn.
  await page.waitForTimeout(400);
  return Math.max(16, ...(await page.evaluate(() => window.seen.answers)));
}

/** Frames a second that the page drew during an action, and the longest time between two, milliseconds. */
export async function frames(page: Page, act: () => Promise<void>): Promise<{ rate: number; longest: number }> {
  await page.evaluate(() => {
    window.seen.frames = [];
    const count = (at: number) => {
      window.seen.frames.push(at);
      requestAnimationFrame(count);
    };
    requestAnimationFrame(count);
  });
  await act();
  const drawn = await page.evaluate(() => [...window.seen.frames]);
  const between = drawn.slice(1).map((at, index) => at - drawn[index]!);
  const secs = (drawn.at(-1)! - drawn[0]!) / 1000;
  return { rate: between.length / secs, longest: Math.max(...between) };
}

/** Bytes that travelled for the page so far, by what they are. */
export async function travelled(page: Page): Promise<{ wasm: number; rest: number; fonts: number }> {
  return page.evaluate(() => {
    const entries = [
      ...performance.getEntriesByType("navigation"),
      ...performance.getEntriesByType("resource"),
    ] as PerformanceResourceTiming[];
    const sum = (is: (name: string) => boolean) =>
      entries.filter(({ name }) => is(new URL(name).pathname)).reduce((total, { encodedBodySize }) => total + encodedBodySize, 0);
    const isWasm = (path: string) => path.endsWith(".wasm");
    const isFont = (path: string) => path.endsWith(".woff2");
    return { wasm: sum(isWasm), fonts: sum(isFont), rest: sum((path) => !isWasm(path) && !isFont(path)) };
  });
}

export const median = (numbers: number[]): number => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
