#!/usr/bin/env bash
# Lines of Go, TypeScript and Svelte that are written by hand, outside of tests
# and of what tests stand on.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files -z -- '*.go' 'webapp/src/*.ts' 'webapp/src/*.svelte' ':!*_test.go' ':!*.test.ts' ':!*.gen.ts' ':!webapp/src/sync/testing' \
  ':!internal/testkit' ':!internal/sim' ':!internal/bench' ':!internal/killloop' | xargs -0 cat | wc -l
