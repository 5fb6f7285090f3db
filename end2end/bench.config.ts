// The measurements of `make bench-web`: the browser and the machine of the tests, and nothing asserted.

import { defineConfig } from "@playwright/test";
import base from "./playwright.config";

export default defineConfig({ ...base, testDir: "bench", testMatch: "*.bench.ts", timeout: 900_000, reporter: [["line"]] });
