#!/usr/bin/env bash
# Loads the national year row by row into an empty directory, computes its
# figures, compares every cell with the published ones, and verifies every row;
# then takes a backup while the server is being written to, restores it
# elsewhere, and does the same there.
# NATIONAL=dir keeps the data there (it must not exist); else they are removed.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
server=''
dir=${NATIONAL:-$work/data}
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
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

published() {
	bin/chaski figures --dir "$1" --year 2023 --format json >"$work/figures.json" &&
		go run ./internal/golden/check "$work/figures.json"
}

# A backup is worth what it gives back: taken under write load, restored into an
# empty directory (restore itself verifies every row), compared again.
drill() {
	local http=127.0.0.1:18290 load wrote
	bin/chaski serve --dir "$dir" --http "$http" >"$work/serve.log" 2>&1 &
	server=$!
	for _ in $(seq 100); do
		curl -fsS -o /dev/null "http://$http/api/health" 2>/dev/null && break
		sleep 0.3
	done
	scripts/write-load.sh "http://$http" >"$work/wrote" &
	load=$!
	sleep 1
	bin/chaski backup --dir "$dir" --to "$work/drill.tar.zst" --check quick || return 1
	kill "$load" && wait "$load"
	wrote=$(cat "$work/wrote")
	echo "   $wrote writes accepted meanwhile"
	kill "$server" && wait "$server" || true
	server=''
	[ "$wrote" -gt 0 ] || return 1
	bin/chaski restore "$work/drill.tar.zst" --dir "$work/restored" &&
		published "$work/restored"
}

step "National year 2023, row by row" bin/chaski demo --dir "$dir" --national
status=0
# All are told, whatever the first says.
step "Figures: every cell as published" published "$dir" || status=1
step "Every figure and row recomputed another way" bin/chaski verify --dir "$dir" || status=1
voiding() { NATIONAL_DATA=$(cd "$dir" && pwd) go test -count=1 ./internal/golden -run NationalYear -v; }
step "One row of each kind voided and brought back, on a copy" voiding || status=1
step "Backup under write load, restored, compared and verified" drill || status=1
du -sh "$dir" | awk '{print "   " $1 " on disk"}'
exit $status
