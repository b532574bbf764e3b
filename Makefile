# Chaski. `make run` to try it, `make test` to prove it, `make help` for the rest.
# Needs git, make, Go >= 1.21 (it fetches the one go.mod names) with a C compiler
# and Node >= 20.19; everything else is installed by the targets themselves.

SHELL := /bin/bash
.DEFAULT_GOAL := help
# One step after the other, but for some checks of one thread each (lint).
ifndef SIDE_BY_SIDE
.NOTPARALLEL:
endif

# The toolchain go.mod names, also where the machine's Go is told to stay local.
export GOTOOLCHAIN := go$(shell awk '$$1 == "go" {print $$2; exit}' go.mod)

DIR  ?= pb_data
HTTP ?= 127.0.0.1:8090
# Simulation: `make sim SEED=42 RUNS=1` replays one seed, `SEEDS=42,70-75` some.
SEED ?= 1
RUNS ?= 20
SEEDS ?=
# Kill loop: how often the server is killed.
KILLS ?= 12

# Tests whose name says so run once more under the race detector. All of them
# would take as long as everything else together: SQLite in pure Go is slow there.
CONCURRENT := Poke|Concurren

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X main.version=$(VERSION)
# Side by side, what no one waits at goes behind the browsers, which are driven as fast as a person looks.
STEP    := $(if $(SIDE_BY_SIDE),nice )scripts/step.sh
LINT    := go tool -modfile=tools/go.mod golangci-lint
NPM     := npm --prefix webapp run --silent
PLAYWRIGHT := webapp/node_modules/.bin/playwright test --config webapp/playwright.config.ts
DIST    := webapp/dist/index.html

WEB_SOURCES := $(shell find webapp/src webapp/public webapp/messages -type f -not -path '*/paraglide/*' 2>/dev/null) \
	$(wildcard webapp/index.html webapp/*.ts webapp/*.js webapp/*.json webapp/project.inlang/*)

.PHONY: help
help: ## Show this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z0-9-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "  Variables: DIR=$(DIR) HTTP=$(HTTP) SEED=$(SEED) RUNS=$(RUNS) FUZZTIME=$(FUZZTIME) CHROMIUM=/path"

# ---- use -------------------------------------------------------------------

.PHONY: run
run: build ## Build, load the demo on the first start, serve on http://127.0.0.1:8090
	@if [ ! -f '$(DIR)/data.db' ]; then \
		echo "Loading the demo into $(DIR) (first start only)" && \
		rm -rf '$(DIR).loading' && bin/chaski demo --dir '$(DIR).loading' && \
		mkdir -p '$(DIR)' && cp -r '$(DIR).loading/.' '$(DIR)/' && rm -rf '$(DIR).loading'; \
	fi
	@echo "Starting on http://$(HTTP) (Ctrl-C stops it; rm -rf $(DIR) starts over)"
	@exec bin/chaski serve --dir '$(DIR)' --http '$(HTTP)'

.PHONY: build
build: prereqs $(DIST) bin/chaski ## Leave bin/chaski: one static binary with the web app inside

# Go itself knows what changed, so this always asks it.
.PHONY: bin/chaski
bin/chaski:
	@echo "Building bin/chaski $(VERSION)"
	@CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o $@ .

# Vite empties webapp/dist; webapp/public holds a copy of the placeholder that
# lets Go build without a web app.
$(DIST): $(WEB_SOURCES) | web-deps
	@echo "Building the web app"
	@$(NPM) build
	@touch $@

.PHONY: node-client
node-client: prereqs web-deps ## The web app's sync engine as a program: bin/node-client.mjs
	@$(NPM) node-client

# ---- test ------------------------------------------------------------------

# Two steps at a time: most of them wait, for a browser, a disk, a connection,
# or have one thread. The longest comes first. What writes files that others
# read (messages, the web app, the binaries) is made before.
STEPS := e2e go-tests web-lint go-race sim go-lint sim-mutants web-tests kill-loop

# What a step needs first. Side by side it is there already, and make, which
# comes back to what had to wait only when it has been through all the others,
# begins the longest step at once.
first = $(if $(SIDE_BY_SIDE),,$(1))

.PHONY: test
test: RUNS := 300
test: prereqs web-deps i18n build node-client go-seed ## Everything: Go, web, lint, simulation, kill loop, browser
	@$(MAKE) --no-print-directory $(TOGETHER) RUNS=$(RUNS) $(STEPS) 9>&2
	@printf '\nAll steps passed.\n'

# Steps that run side by side are each printed whole, when they end; what begins
# is told at once (step.sh).
TOGETHER := SIDE_BY_SIDE=1 -j2 $(if $(filter output-sync,$(.FEATURES)),-Otarget)

.PHONY: test-go
test-go: go-tests go-race ## go test, and the concurrency tests under the race detector (go vet is one of the linters)

# The empty database that tests begin with: each package would make its own.
.PHONY: go-seed
go-seed:
	@rm -rf bin/seed && go run ./internal/testkit/seed bin/seed
WITH_SEED := CHASKI_TEST_SEED='$(CURDIR)/bin/seed'

.PHONY: go-tests
go-tests: $(call first,prereqs go-seed)
	@$(WITH_SEED) $(STEP) "Go: tests" "Repeat one with: go test ./internal/<package> -run <Test> -v" go test -vet=off -timeout 30m ./...

.PHONY: go-race
go-race: $(call first,prereqs go-seed)
	@$(WITH_SEED) $(STEP) "Go: concurrency under the race detector" "The race is printed above, with both stacks." \
		go test -vet=off -race -run '$(CONCURRENT)' ./internal/poke/... ./internal/store/... ./internal/server/...

.PHONY: test-web web-tests
test-web: i18n web-tests ## Unit tests of the web app
web-tests: $(call first,web-deps)
	@$(STEP) "Web: unit tests" "Repeat with: npm --prefix webapp test" $(NPM) --ignore-scripts test

.PHONY: lint go-lint
lint: i18n $(DIST) go-lint ## Linters, type checks, generated files, size budget
	@$(MAKE) --no-print-directory $(TOGETHER) web-lint

go-lint: $(call first,prereqs)
	@$(STEP) "Go: golangci-lint" "make fmt repairs formatting; the rest is named above with its linter." $(LINT) run

# Each of them has one thread.
.PHONY: web-lint web-eslint web-types web-format web-knip web-wire web-size
web-lint: web-eslint web-types web-format web-knip web-wire web-size
web-eslint:
	@$(STEP) "Web: eslint" "npm --prefix webapp run lint -- --fix repairs some." $(NPM) --ignore-scripts lint
web-types:
	@$(STEP) "Web: svelte-check" "Types: see the file and line above." $(NPM) --ignore-scripts check
web-format:
	@$(STEP) "Web: prettier" "make fmt repairs it." $(NPM) format:check
web-knip:
	@$(STEP) "Web: knip (unused code)" "Delete what is named above, or use it." $(NPM) --ignore-scripts knip
web-wire:
	@$(STEP) "Web: wire types match docs/openapi.yaml" "make wire generates them anew; commit the result." $(NPM) wire:check
web-size:
	@$(STEP) "Web: size budget" "The limits and what is over them are named above." $(NPM) size

# Messages compiled to functions, once for all that read them.
.PHONY: i18n
i18n: web-deps
	@$(NPM) i18n

.PHONY: sim
sim: $(call first,prereqs web-deps) ## Simulation of phones and server over a bad network (SEED and RUNS, or SEEDS)
	@$(STEP) "Simulation: $(if $(SEEDS),seeds $(SEEDS),$(RUNS) runs from seed $(SEED))" "Replay the seed it names: make sim SEED=<seed> RUNS=1" \
		$(NPM) sim -- $(if $(SEEDS),--seeds $(SEEDS),--seed $(SEED) --runs $(RUNS))

.PHONY: sim-mutants
sim-mutants: $(call first,prereqs web-deps) ## The simulation must catch each planted bug
	@$(STEP) "Simulation: planted bugs are caught" "The simulation no longer sees a bug it must see." $(NPM) sim:mutants

# A real S3 server, as a program of its own: it and what it needs are no part of this module.
S3_SERVER := github.com/versity/versitygw/cmd/versitygw@v1.8.0

.PHONY: s3
s3: prereqs ## Files in S3, against a real server (some minutes to build it, once; not part of `make test`)
	@test -x bin/versitygw || GOBIN=$(CURDIR)/bin go install $(S3_SERVER)
	@CHASKI_S3_SERVER=$(CURDIR)/bin/versitygw go test -count=1 -run TestFilesInS3 ./internal/server

.PHONY: kill-loop
kill-loop: $(call first,build node-client) ## The server under SIGKILL, phones over bad sockets (KILLS, SEED; PLANT=early-ack, new-names or early-kept must fail)
	@go build -o bin/goclient ./examples/goclient
	@go build -o bin/killloop ./internal/killloop
	@$(STEP) "Kill loop: $(KILLS) kills, seed $(SEED)" "What was lost or doubled is listed above; docs/kill-loop.md says how to read it." \
		bin/killloop -kills $(KILLS) -seed $(SEED) $(if $(PLANT),-plant $(PLANT))

# Builds the last release beside this tree: not part of `make test`.
.PHONY: compat
compat: build node-client ## Phones of the last release with this server, and the other way round (OLD=tag or commit, KILLS)
	@scripts/compat.sh

.PHONY: compat-phone
compat-phone: build web-deps ## A phone of the last release updated in place, with unfinished, unsent, refused and parked work (OLD)
	@scripts/compat.sh phone

# One target after the other, each from the corpus in testdata/fuzz and the files
# of the field. What fails is written into testdata/fuzz: keep it there, mend the
# reader, and every go test tries it again.
FUZZTIME ?= 20s
FUZZ := sheet:FuzzCSV sheet:FuzzXLSX app/imports:FuzzMoney app/imports:FuzzDates app/imports:FuzzCodes domain/cell:FuzzGuard

.PHONY: fuzz
fuzz: prereqs ## Random files, amounts, dates and codes into their readers (FUZZTIME=10m; GREP=FuzzCSV for one)
	@set -e; for target in $(if $(GREP),$(filter %:$(GREP),$(FUZZ)),$(FUZZ)); do \
		$(STEP) "Fuzz: $${target#*:} for $(FUZZTIME)" "The input is in internal/$${target%:*}/testdata/fuzz: go test ./internal/$${target%:*} -run $${target#*:}" \
			go test -vet=off ./internal/$${target%:*} -run '^$$' -fuzz "^$${target#*:}\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x; \
	done

# Some minutes and a gigabyte: not part of `make test`, which runs the same
# comparison over the rules (internal/golden).
.PHONY: bench
bench: prereqs bin/chaski ## Measure against PocketBase alone and raw SQL (SMALL=1 without the national year, OUT=file.json, BENCH='-runs 3' and other flags)
	@go build -o bin/bench ./internal/bench
	@bin/bench -base $(if $(SMALL),demo,national) $(if $(OUT),-out '$(OUT)') $(BENCH)

.PHONY: national
national: prereqs bin/chaski ## Load the national year 2023, compare with the published figures, verify, restore a backup taken under load (NATIONAL=dir keeps it)
	@scripts/national.sh

.PHONY: e2e
e2e: STEP := scripts/step.sh
e2e: $(call first,build web-deps) ## Browser tests in Chromium, with a roster of 3,000 that is killed and undone
	@go build -o bin/bigfile ./internal/bigfile
	@chromium=$$(scripts/chromium.sh --install) && \
		CHROMIUM="$$chromium" ROWS=3000 $(STEP) "Browser tests ($$chromium)" \
		"Repeat one with: make e2e GREP='<title>'; traces are in webapp/test-results." \
		$(PLAYWRIGHT) --project=e2e --project=captures --project=national-import $(if $(GREP),--grep "$(GREP)")

# Half an hour: `make e2e` takes one visit's.
.PHONY: captures
captures: build web-deps ## Photographs on a page killed at any moment: none lost, doubled or elsewhere (CAPTURES=1000 SEED=1, OUT=report.txt)
	@chromium=$$(scripts/chromium.sh --install) && CHROMIUM="$$chromium" CAPTURES=$(or $(CAPTURES),1000) SEED=$(or $(SEED),1) OUT='$(OUT)' \
		$(PLAYWRIGHT) --project=captures

.PHONY: measure
measure: build web-deps ## Measure what a phone's owner waits for, in Chromium as it is and six times slower (ROUNDS; some 15 minutes)
	@go build -o bin/bench ./internal/bench
	@chromium=$$(scripts/chromium.sh --install) && CHROMIUM="$$chromium" $(PLAYWRIGHT) --project=measure $(if $(GREP),--grep "$(GREP)")

.PHONY: many-files
many-files: prereqs bin/chaski ## Back up, restore and verify so many gigabytes of files, beside copying and hashing them bare (GB=1; 10 need 40 of disk)
	@go build -o bin/bench ./internal/bench
	@scripts/many-files.sh $(or $(GB),1)

# Hours on a small machine: not part of `make test`, which kills an import after
# each of its steps (go test ./internal/server -run Long).
.PHONY: national-import
national-import: build web-deps ## A national roster through the screen, the server killed half-way, undone; pushes timed (ROWS=240653 FORMAT=csv or xlsx, OUT=report.md)
	@go build -o bin/bigfile ./internal/bigfile
	@chromium=$$(scripts/chromium.sh --install) && CHROMIUM="$$chromium" ROWS=$(or $(ROWS),240653) FORMAT=$(or $(FORMAT),csv) OUT='$(OUT)' \
		$(PLAYWRIGHT) --project=national-import

.PHONY: screenshots
screenshots: build web-deps ## Take the pictures in docs/screenshots
	@chromium=$$(scripts/chromium.sh --install) && CHROMIUM="$$chromium" $(PLAYWRIGHT) --project=screenshots
	@if command -v pngquant >/dev/null; then \
		pngquant --quality 70-95 --speed 1 --strip --ext .png --force docs/screenshots/*.png; \
	else \
		echo "pngquant is not installed: the pictures are three times as large as they need be"; \
	fi
	@du -ch docs/screenshots/*.png | tail -n 1

# ---- what is inside ---------------------------------------------------------

GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
CYCLONEDX := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0

.PHONY: audit
audit: prereqs web-deps ## Known vulnerabilities of what we use (asks the Go and npm databases on the Internet)
	@$(STEP) "Go: govulncheck" "Upgrade what is named above, or say in docs/decisions/0006-dependencies.md why it does not touch us." go run $(GOVULNCHECK) ./...
	@$(STEP) "Web: npm audit" "npm --prefix webapp audit says more." npm --prefix webapp audit --omit=dev --audit-level=low

.PHONY: sbom
sbom: prereqs web-deps ## What the binary consists of, as CycloneDX: bin/sbom-go.json, bin/sbom-web.json
	@mkdir -p bin
	@go run $(CYCLONEDX) app -json -licenses -output bin/sbom-go.json -main . .
	@npm --prefix webapp sbom --omit=dev --sbom-format cyclonedx > bin/sbom-web.json
	@echo "bin/sbom-go.json and bin/sbom-web.json"

# ---- keep tidy -------------------------------------------------------------

.PHONY: fmt
fmt: web-deps ## Format Go and web sources
	@$(LINT) fmt
	@$(NPM) format

.PHONY: generate
generate: ## Write anew what follows from the declarations of records and states (a test says where it is out of date)
	@go generate ./internal/records

.PHONY: wire
wire: web-deps ## Generate the web app's wire types from docs/openapi.yaml
	@$(NPM) wire

.PHONY: clean
clean: ## Remove what was built and installed here; keeps pb_data
	rm -rf bin webapp/node_modules webapp/test-results webapp/playwright-report
	git clean -fdXq webapp/dist

# ---- what the others need --------------------------------------------------

.PHONY: prereqs
prereqs:
	@scripts/check-prereqs.sh

.PHONY: web-deps
web-deps: prereqs
	@scripts/web-deps.sh
