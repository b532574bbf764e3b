#!/usr/bin/env bash
# Backs up, restores and verifies a data directory with so many gigabytes of
# files, and says of each how long it took beside the bare work on the same
# files: copying them, and computing their SHA-256.
set -euo pipefail
cd "$(dirname "$0")/.."

gb=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

took=0
timed() {
	local name=$1 from
	shift
	from=$(date +%s%N)
	"$@" >"$work/said" 2>&1 || { cat "$work/said"; return 1; }
	took=$((($(date +%s%N) - from) / 1000000))
	printf '%-40s %8.1f s  %7.0f MB/s\n' "$name" "$((took))e-3" "$((gb * 1024 * 1000 / (took + 1)))"
}
ratio() { awk -v a="$took" -v b="$1" 'BEGIN { printf "%-40s %8.2f x the bare work\n", "", a / b }'; }
hashed() { find "$1" -type f -print0 | xargs -0 sha256sum; }

bin/chaski demo --dir "$work/data" >/dev/null 2>&1
CHASKI_BENCH_ROLE=add-files bin/bench "$work/data" "$((gb * 1024))"
echo "$(find "$work/data/storage/files" -type f | wc -l) files, $(du -sh "$work/data/storage/files" | cut -f1)"
sync
timed "bare: copied, and on the disk" sh -c "cp -r '$work/data/storage' '$work/copy' && sync"
copied=$took
rm -rf "$work/copy"
timed "bare: every SHA-256" hashed "$work/data/storage"
sums=$took
timed "backup, read again and proven" bin/chaski backup --dir "$work/data" --to "$work/kept.tar.zst" --check quick --min-free 0
ratio $((copied + sums))
timed "verify" bin/chaski verify --dir "$work/data"
ratio "$sums"
rm -rf "$work/data"
timed "restore, every file proven, verified" bin/chaski restore "$work/kept.tar.zst" --dir "$work/restored"
ratio $((copied + sums))
[ "$(find "$work/restored/storage/files" -type f | wc -l)" -gt 0 ]
