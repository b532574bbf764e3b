#!/usr/bin/env bash
# How many files name a kind of record outside of tests, of what tests stand on,
# and of generated files (docs/states.md is one; docs/protocol.md is so in part, and counts): the price of a kind (docs/adding-a-record.md).
# usage: scripts/record-files.sh KIND [-l]
set -euo pipefail
cd "$(dirname "$0")/.."
files=$(git grep -lw "$1" -- . ':!*_test.go' ':!*.test.ts' ':!*.spec.ts' ':!*.gen.ts' ':!docs/states.md' ':!testdata' ':!**/testdata/**' ':!webapp/e2e' ':!webapp/sim' \
  ':!webapp/src/sync/testing' ':!internal/testkit' ':!internal/sim' ':!internal/bench' ':!internal/killloop')
[ "${2:-}" = -l ] && printf '%s\n' "$files"
printf '%s\n' "$files" | wc -l
