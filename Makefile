# Countersign.
#   make run     everything that a fresh machine needs, then the demo on http://localhost:8080
#   make test    everything that the tests need, then all of them
#   make build   build/bin/countersign      make wasm    the site, and what its WebAssembly weighs
#   make gallery   the design system on http://localhost:8081/dev/gallery
#   make lint    make bench   make clean    make check   lint and test, before sending    make picture   the README's
#   make soak    a million simulated worlds of the synchronization of phone numbers (SEEDS=…, FROM=… for others), and its mutants;
#                  and a thousand kills of the real program
SHELL   := /bin/sh
GO      ?= go
BIN     := build/bin
TOOLS   := $(BIN)/tools
SITE    := $(BIN)/wasm-size.txt
GALLERY := $(BIN)/gallery/assets.json
NPM     := app/web/node_modules/.package-lock.json
MODULES := go.mod go.sum

# SQLite with its full-text search: also what to set for the go command by hand
export GOFLAGS := $(strip $(GOFLAGS) -tags=sqlite_fts5)

# what goes into a Go program below some directories: code and what it embeds, without tests
sources = $(shell find $(1) -type f ! -name '*_test.go' ! -path '*/testdata/*' ! -path 'app/web/*' ! -path 'app/main_s*' ! -path 'app/gallery/*' 2>/dev/null)
# without the commit, so that the same source gives the same file and browsers keep it
wasm_build = GOOS=js GOARCH=wasm $(GO) build -trimpath -buildvcs=false -ldflags "-s -w"

# Inlining is worth its size where much data passes. Everywhere else, screens above all, it gains no time that could be
# measured and weighs 0.1 MB of brotli. (That of errors makes package variables data that need no code to set them.)
inlining   = -gcflags=all=-l $(patsubst %,-gcflags=%=,runtime/... internal/... errors strings bytes slices sort strconv \
	unicode/utf8 $(addprefix countersign/shared/,code dashboard number replica sheet))

# what the site is made of, and how
PARTS     := $(BIN)/app.wasm $(BIN)/staff.wasm $(BIN)/web/names.json $(BIN)/mark/mark.svg $(BIN)/licenses.txt \
	$(wildcard app/main_s*.go app/web/*.js app/web/index.html app/web/manifest.webmanifest shared/i18n/*.go shared/i18n/*.txt)
make_site  = $(GO) run ./app -wasm-exec "$$($(GO) env GOROOT)/lib/wasm/wasm_exec.js"
link_wasm  = $(wasm_build) -modfile $(BIN)/wasm.mod -overlay $(BIN)/overlay.json $(inlining)

.DEFAULT_GOAL := build
.DELETE_ON_ERROR:
.PHONY: run test build wasm site gallery lint bench soak check picture clean setup setup-test

run: setup
	@$(MAKE) --no-print-directory build
	$(BIN)/countersign serve --demo --addr localhost:8080 --data $(BIN)/demo-data

test: setup-test
	@$(MAKE) --no-print-directory wasm
	$(GO) test -timeout 40m ./...
	@echo "every test passed"

build: $(BIN)/countersign

# with the gallery, which is not in the binary but which tests look at
wasm: $(SITE) $(GALLERY)
	@cat $(SITE)

# the site without its compressed copies, which take longest: for trying out while writing pages
site: $(PARTS) $(GALLERY)
	$(make_site) -staff $(BIN)/staff.wasm

gallery: setup
	@$(MAKE) --no-print-directory $(GALLERY)
	$(GO) run ./app/gallery

check: lint test

setup:
	@build/setup.sh run
setup-test:
	@build/setup.sh test

# Formatted, vetted for both platforms (in the browser without tests, which drive one), and on the server's side telling
# the time only by the guarded clock.
lint: $(TOOLS)/staticcheck-0.8.2
	@out=$$(find . -name '*.go' ! -path './$(BIN)/*' ! -path './app/web/node_modules/*' -exec gofmt -l {} +); \
	if [ -n "$$out" ]; then echo "gofmt these:"; echo "$$out"; exit 1; fi
	@out=$$(grep -rnE 'time\.(Now|Since|Until)\b' --include='*.go' backend shared | \
		grep -vE '^[^:]*_test\.go:|^backend/(clock|backendtest)/'); \
	if [ -n "$$out" ]; then echo "take the time from backend/clock:"; echo "$$out"; exit 1; fi
	$(GO) vet ./...
	$(TOOLS)/staticcheck-0.8.2 ./...
	@echo "the same for the browser"
	@find app shared -name '*_test.go' | sed 's|.*|"$(CURDIR)/&": ""|' | paste -sd, | sed 's|.*|{"Replace": {&}}|' >$(BIN)/no-tests.json
	@export GOOS=js GOARCH=wasm; in_browser=$$($(GO) list -deps -f '{{if .GoFiles}}{{.ImportPath}}{{end}}' ./app ./app/staff ./app/gallery ./shared/... | grep '^countersign/') && \
	$(GO) vet -overlay $(BIN)/no-tests.json $$in_browser && $(TOOLS)/staticcheck-0.8.2 -tests=false $$in_browser
	@build/vulncheck.sh $(TOOLS)

# one package at a time, so that they do not measure each other
bench: setup-test
	@$(MAKE) --no-print-directory wasm
	$(GO) test -run '^$$' -bench . -benchmem -benchtime 1s -p 1 -timeout 30m ./...

SEEDS ?= 1000000
FROM  ?= 1
soak:
	$(GO) test ./backend/inventory/simulate -run '^TestSimulator$$' -count 1 -v -timeout 12h -args -seeds $(SEEDS) -from $(FROM) -progress
	$(GO) test -tags mutants ./backend/inventory/simulate -run '^TestMutants$$' -count 1 -v -timeout 2h
	COUNTERSIGN_SYNC_KILLS=1000 $(GO) test ./backend -run '^TestSyncSurvives' -count 1 -v -timeout 4h

# the picture of the README, of the portal as it is now
picture: setup-test
	@$(MAKE) --no-print-directory wasm
	@mkdir -p build/picture
	$(GO) test ./app/e2e -run TestPicture -count 1 -picture "$(CURDIR)/build/picture/remote-support.png"

clean:
	rm -rf $(BIN) app/web/node_modules
	find app/web/dist -mindepth 1 ! -name .gitkeep -delete

$(TOOLS)/staticcheck-0.8.2:
	@mkdir -p $(TOOLS)
	GOBIN=$(abspath $(TOOLS)) $(GO) install honnef.co/go/tools/cmd/staticcheck@v0.8.2
	@mv $(TOOLS)/staticcheck $@

$(BIN)/countersign: $(call sources,backend shared) app/web/embed.go $(MODULES) $(SITE)
	$(GO) build -trimpath -o $@ ./backend

# The site, in the order in which its parts need each other. Each step reads only its prerequisites.
$(NPM): app/web/package.json app/web/package-lock.json app/web/.npmrc
	cd app/web && npm ci
	@touch $@

$(BIN)/web/names.json: app/web/build.mjs app/web/icons.txt $(wildcard app/web/*.css app/web/css/*.css) $(NPM)
	node app/web/build.mjs $(BIN)/web

$(BIN)/mark/mark.svg: build/mark/main.go
	$(GO) run ./build/mark $(BIN)/mark

$(BIN)/licenses.txt: build/licenses/main.go $(MODULES)
	@mkdir -p $(BIN)
	$(GO) run ./build/licenses >$@

# go-app and the standard library less what the portal never uses, the go.mod that builds with the one and the overlay
# that builds with the other (overlay.json)
$(BIN)/wasm.mod: $(filter-out %_test.go,$(wildcard build/slim/*.go)) $(call sources,shared) $(MODULES)
	@mkdir -p $(BIN)
	$(GO) run ./build/slim $(BIN)

# two programs: customers never load the provider's own pages
$(BIN)/app.linked: $(call sources,app shared) $(BIN)/wasm.mod
	$(link_wasm) -o $@ ./app

$(BIN)/staff.linked: $(call sources,app shared) app/staff/main.go $(BIN)/wasm.mod
	$(link_wasm) -o $@ ./app/staff

# rearranged so that it compresses well; make site LINES=-lines keeps the line numbers of stack traces
$(BIN)/%.wasm: $(BIN)/%.linked $(filter-out %_test.go,$(wildcard build/pack/*.go))
	$(GO) run ./build/pack -by-number $(LINES) $< $@

# the design system, a program and a site of its own
$(BIN)/gallery.wasm: $(call sources,app shared) app/gallery/main.go $(BIN)/wasm.mod
	$(link_wasm) -o $@ ./app/gallery

$(GALLERY): $(filter-out $(BIN)/app.wasm $(BIN)/staff.wasm,$(PARTS)) $(BIN)/gallery.wasm
	$(make_site) -wasm $(BIN)/gallery.wasm -out $(BIN)/gallery
	@touch $@

# an empty page with go-app as it was published, to compare with
$(BIN)/emptypage.wasm: build/emptypage/main.go $(MODULES)
	$(wasm_build) -o $@ ./build/emptypage

$(SITE): $(PARTS) $(BIN)/emptypage.wasm build/assets/main.go
	$(make_site) -staff $(BIN)/staff.wasm
	$(GO) run ./build/assets -empty $(BIN)/emptypage.wasm app/web/dist >$@
