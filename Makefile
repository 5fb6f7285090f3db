# Weir: build, try and test from a clone. `make help` lists what there is.
#
# cargo-leptos is not used: it takes longer to install than the browser part takes to build, and what it would do
# here is three commands (cargo, bindgen, wasm-opt) and a stylesheet put together from five files.
#
# Everything native is built by one profile (release) and one choice of features, tests and product alike:
# a second profile, or a feature that only the tests switch on, would build DataFusion again.
#
# Kept to what GNU Make 3.81 knows, which is what macOS brings.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.NOTPARALLEL:
.DEFAULT_GOAL := help

CARGO_TARGET_DIR ?= target
TARGET := $(abspath $(CARGO_TARGET_DIR))
export CARGO_TARGET_DIR := $(TARGET)

TOOLS := $(TARGET)/tools
SITE := $(TARGET)/site
WEIR := $(TARGET)/release/weir
BUDGET_BYTES := 450000

NATIVE := --release --workspace --exclude frontend
BROWSER := --profile wasm-release --target wasm32-unknown-unknown
WASM := $(TARGET)/wasm32-unknown-unknown/wasm-release/frontend.wasm

BINDGEN := $(TARGET)/release/bindgen
BINARYEN_VERSION := 132.0.0
WASM_OPT := $(TOOLS)/node_modules/.bin/wasm-opt
WASM_OPT_STAMP := $(TOOLS)/binaryen-$(BINARYEN_VERSION).stamp
# The stack begins at address 0 and grows down from a megabyte: nothing valid lies in the first page, which lets
# wasm-opt fold offsets (--low-memory-unused, half a part in a hundred smaller).
# What rustc's wasm32-unknown-unknown target switches on by default; wasm-opt must be told.
WASM_FEATURES := --enable-bulk-memory --enable-bulk-memory-opt --enable-nontrapping-float-to-int --enable-sign-ext \
	--enable-mutable-globals --enable-reference-types --enable-multivalue --enable-call-indirect-overlong

NODE_MODULES := end2end/node_modules/.package-lock.json
# Debian's Chromium, then the places where a person's own browser lies.
CHROMIUM ?= $(firstword $(wildcard /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome \
	/Applications/Chromium.app/Contents/MacOS/Chromium) $(shell command -v chromium 2>/dev/null))

.PHONY: help demo build test fmt lint walls clippy clippy-browser unit site budget e2e chromium bench bench-web scoreboard deny clean prerequisites native examples FORCE

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: build ## a simulated VPC, ingested and served at http://127.0.0.1:3000; needs no account
	@WEIR_SITE="$(SITE)" "$(WEIR)" demo --data "$(TARGET)/demo"

# Side by side: while one half waits for a single large crate, the other goes on.
build: prerequisites ## the server (release) and everything the browser loads
	@$(MAKE) --no-print-directory native & native=$$!; \
	CARGO_BUILD_JOBS=1 $(MAKE) --no-print-directory site; site=$$?; \
	wait $$native && exit $$site

prerequisites:
	@.ci/prerequisites

native:
	cargo build $(NATIVE) --bins

# The S3 server of the browser tests, and what is timed.
examples:
	cargo build $(NATIVE) --bins --examples

# ---------------------------------------------------------------- what the browser loads

site: $(SITE)/pkg/weir_bg.wasm

$(SITE)/pkg/weir_bg.wasm: $(WASM) $(BINDGEN) $(WASM_OPT_STAMP) frontend/site.mjs $(wildcard style/*.css) $(shell find public -type f 2>/dev/null)
	rm -rf "$(TARGET)/bindgen" && mkdir -p "$(TARGET)/bindgen"
	"$(BINDGEN)" "$(WASM)" "$(TARGET)/bindgen"
	"$(WASM_OPT)" -Oz --low-memory-unused $(WASM_FEATURES) "$(TARGET)/bindgen/weir_bg.wasm" -o "$(TARGET)/bindgen/weir_bg.wasm"
	node frontend/site.mjs --bindgen "$(TARGET)/bindgen" --style style --public public --out "$(SITE)"

# Cargo knows best whether anything changed; it leaves the file alone when nothing did.
$(WASM): FORCE | prerequisites
	cargo build --package frontend --lib $(BROWSER)

# Of the same selection as the rest, so that what they share is compiled once.
$(BINDGEN): FORCE | prerequisites
	cargo build $(NATIVE) --bin bindgen

$(WASM_OPT_STAMP): | prerequisites
	mkdir -p "$(TOOLS)"
	npm install --no-save --no-package-lock --no-audit --no-fund --prefix "$(TOOLS)" "binaryen@$(BINARYEN_VERSION)"
	@touch $@

# ---------------------------------------------------------------- tests, cheapest first

test: prerequisites fmt walls clippy-browser site budget clippy unit e2e ## everything that CI runs
	@echo "make test: everything passed"

lint: fmt walls clippy clippy-browser ## formatting, import walls and clippy, native and browser

fmt:
	cargo fmt --all --check

walls: ## which crate may know which: read from cargo tree
	.ci/walls

clippy:
	cargo clippy $(NATIVE) --all-targets -- -D warnings

clippy-browser:
	cargo clippy --package frontend --package app --lib $(BROWSER) -- -D warnings

unit: ## unit and integration tests of every native crate
	cargo test $(NATIVE)

budget: site ## the size of the WebAssembly as it travels
	@bytes=$$(wc -c < "$(SITE)/pkg/weir_bg.wasm.br" | tr -d ' '); \
	echo "weir_bg.wasm.br: $$bytes bytes of $(BUDGET_BYTES)"; \
	[ "$$bytes" -le "$(BUDGET_BYTES)" ] || { echo "the WebAssembly outgrew its budget"; exit 1; }

e2e: examples site chromium $(NODE_MODULES) ## a real browser, a real server, a real S3 protocol
	cd end2end && npm run --silent check && CHROMIUM="$(CHROMIUM)" WEIR_SITE="$(SITE)" WEIR="$(WEIR)" \
		S3="$(TARGET)/release/examples/s3" npm run --silent test

$(NODE_MODULES): end2end/package.json end2end/package-lock.json
	cd end2end && npm ci --no-audit --no-fund
	@touch $@

chromium:
	@CHROMIUM="$(CHROMIUM)" .ci/chromium

# ---------------------------------------------------------------- the rest

bench: examples ## speed beside DuckDB and ClickHouse on the same files; prints a table
	WEIR="$(WEIR)" DECODE_SPEED="$(TARGET)/release/examples/decode_speed" node bench/run.mjs --work "$(TARGET)/bench"

bench-web: native site chromium $(NODE_MODULES) ## how fast the pages feel in real Chromium; prints tables
	cd end2end && CHROMIUM="$(CHROMIUM)" WEIR_SITE="$(SITE)" WEIR="$(WEIR)" npm run --silent bench

# A folder of its own: a selection of few crates would choose their dependencies' features anew beside the product's.
scoreboard: ## how often the inferences and the advice are right, against simulated VPCs; prints tables
	CARGO_TARGET_DIR="$(TARGET)/small" cargo run --release --package sides --example scoreboard
	CARGO_TARGET_DIR="$(TARGET)/small" cargo run --release --package firewall --example advice_scoreboard

deny: ## licences, sources and banned crates (needs cargo-deny)
	cargo deny check bans licenses sources

clean: ## forget everything that was built
	rm -rf "$(TARGET)" end2end/node_modules end2end/test-results end2end/playwright-report
