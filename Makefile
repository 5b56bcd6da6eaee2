# Countersign: `make run` serves the demo, `make test` runs every test, `make check` is what must pass before a commit is sent.
BIN     := build/bin
DIST    := app/web/dist
GO      ?= go
NPM     := app/web/node_modules/.package-lock.json
wasm_build = GOOS=js GOARCH=wasm $(GO) build -trimpath -ldflags "-s -w"

go_in    = $(shell find $(1) -name '*.go' ! -name '*_test.go' 2>/dev/null)
modules := go.mod go.sum
# the WebAssembly is made of these; the message catalogue is embedded
wasm_src := $(filter-out app/web/%.go app/main_s%.go,$(call go_in,app shared)) $(shell find shared app -name '*.txt' -path '*i18n*') $(modules)
bin_src  := $(call go_in,backend shared app/web) $(shell find backend shared -type f ! -name '*.go' ! -path '*/testdata/*') $(modules)

.DEFAULT_GOAL := build
.PHONY: run test build wasm lint bench check clean setup setup-test

run: setup build
	$(BIN)/countersign serve --demo --addr localhost:8080 --data $(BIN)/demo-data

build: $(BIN)/countersign

test: setup-test $(DIST)/assets.json
	$(GO) test ./...
	@echo "every test passed"

wasm: $(DIST)/assets.json

setup:
	@build/setup.sh run
setup-test:
	@build/setup.sh test

$(NPM): app/web/package.json app/web/package-lock.json app/web/.npmrc
	cd app/web && npm ci
	@touch $@

$(BIN)/web/names.json: app/web/build.mjs app/web/icons.txt $(wildcard app/web/*.css) $(NPM)
	node app/web/build.mjs $(BIN)/web

$(BIN)/mark/mark.svg: build/mark/main.go
	$(GO) run ./build/mark $(BIN)/mark

$(BIN)/licenses.txt: build/licenses/main.go $(modules)
	@mkdir -p $(BIN)
	$(GO) run ./build/licenses > $@.tmp && mv $@.tmp $@

# go-app less its HTTP server, and the go.mod that builds with it
$(BIN)/wasm.mod: build/slim/main.go $(modules)
	@mkdir -p $(BIN)
	$(GO) run ./build/slim $(BIN)

$(BIN)/app.wasm: $(wasm_src) $(BIN)/wasm.mod
	$(wasm_build) -modfile $(BIN)/wasm.mod -o $@ ./app

# an empty page with go-app as it was published, to compare with
$(BIN)/emptypage.wasm: build/emptypage/main.go $(modules)
	$(wasm_build) -o $@ ./build/emptypage

$(DIST)/assets.json: $(BIN)/app.wasm $(BIN)/emptypage.wasm $(BIN)/web/names.json $(BIN)/mark/mark.svg $(BIN)/licenses.txt \
		$(wildcard app/main_s*.go app/web/*.js app/web/index.html app/web/manifest.webmanifest) build/assets/main.go
	$(GO) run ./app -wasm-exec "$$($(GO) env GOROOT)/lib/wasm/wasm_exec.js"
	$(GO) run ./build/assets -empty $(BIN)/emptypage.wasm $(DIST)
	@touch $@

$(BIN)/countersign: $(bin_src) $(DIST)/assets.json
	$(GO) build -trimpath -o $@ ./backend

clean:
	rm -rf $(BIN) app/web/node_modules
	find $(DIST) -mindepth 1 ! -name .gitkeep -delete
