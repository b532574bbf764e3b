#!/usr/bin/env bash
# Loads the national year row by row into an empty directory, computes its
# figures, compares every cell with the published ones, and verifies every row.
# NATIONAL=dir keeps the data there (it must not exist); else they are removed.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
dir=${NATIONAL:-$work/data}
trap 'rm -rf "$work"' EXIT
if [ -e "$dir" ]; then
	echo "$dir exists: remove it or name another with NATIONAL=" >&2
	exit 1
fi

step() {
	local name=$1 from=$SECONDS
	shift
	echo "== $name"
	"$@"
	echo "   $((SECONDS - from)) s"
}

figures() { bin/chaski figures --dir "$dir" --year 2023 --format json >"$work/figures.json"; }

step "National year 2023, row by row" bin/chaski demo --dir "$dir" --national
step "Figures" figures
status=0
# Both are told, whatever the first says.
step "Every cell as published" go run ./internal/golden/check "$work/figures.json" || status=1
step "Every figure and row recomputed another way" bin/chaski verify --dir "$dir" || status=1
voiding() { NATIONAL_DATA=$(cd "$dir" && pwd) go test -count=1 ./internal/golden -run NationalYear -v; }
step "One row of each kind voided and brought back, on a copy" voiding || status=1
du -sh "$dir" | awk '{print "   " $1 " on disk"}'
exit $status
