#!/usr/bin/env bash
# What of the Dockerfile can be proved without a container engine: its commands
# build in a clean clone without the files .dockerignore leaves out, and the
# binary works as user 65532, alone on a read-only root with /data and /tmp.
# Needs root, for the mount namespace. Usage: scripts/container-check.sh
set -euo pipefail
cd "$(dirname "$0")/.."
export GOTOOLCHAIN=auto # as in the Dockerfile

if [ "${1:-}" != inside ]; then
  [ "$(id -u)" -eq 0 ] || { echo "Run it as root: sudo $0" >&2; exit 1; }
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT

  echo "== A clean clone, without what .dockerignore names"
  git clone -q . "$work/src"
  root=$work/root
  here=$PWD
  (
    cd "$work/src"
    cp Dockerfile "$work/Dockerfile"
    shopt -s globstar dotglob nullglob
    while read -r pattern; do
      case $pattern in '' | '#'*) continue ;; esac
      # shellcheck disable=SC2086 # a pattern is meant to expand
      rm -rf -- $pattern
    done <"$here/.dockerignore"
  )

  # The RUN commands of a stage, each on one line.
  commands() {
    sed -e ':a' -e '/\\$/N; s/\\\n//; ta' "$work/Dockerfile" | awk -v stage="$1" '/^FROM/ {on = ($4 == stage)} on && sub(/^RUN /, "")'
  }
  mkdir -p "$work/out"
  for stage in web go; do
    dir=$work/src
    [ "$stage" = go ] || dir=$work/src/webapp
    while read -r command; do
      echo "== $stage: $command"
      (cd "$dir" && VERSION=check bash -c "${command//\/out/$work/out}" </dev/null)
    done < <(commands "$stage")
  done

  mkdir -p "$root"/{data,tmp,proc}
  cp "$work/out/chaski" "$root/chaski"
  chown 65532:65532 "$root/data"
  echo "== The image would hold $(du -m "$root/chaski" | cut -f1) MB beside its base"
  unshare --mount "$0" inside "$root"
  exit
fi

root=$2
mount --bind "$root" "$root"
mount --bind "$root/data" "$root/data"
mount -t tmpfs -o mode=1777 none "$root/tmp"
mount --rbind /proc "$root/proc"
mount -o remount,ro,bind "$root"
port=$(node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
export CHASKI_HTTP=127.0.0.1:$port CHASKI_LOG_FORMAT=json CHASKI_LOG_LEVEL=info
run() { chroot --userspec=65532:65532 --groups='' "$root" /chaski "$@"; }

expect() { # expect STATUS WHAT command...
  local want=$1 what=$2 got=0
  shift 2
  "$@" >"$root/tmp/out" 2>&1 || got=$?
  if [ "$got" -ne "$want" ]; then
    echo "FAILED: $what: exit $got, want $want" >&2
    cat "$root/tmp/out" >&2
    exit 1
  fi
  echo "-- ok: $what (exit $got)"
}

expect 1 "health without a server" run health
chroot --userspec=65532:65532 --groups='' "$root" /chaski serve --dir /data >"$root/tmp/serve" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
for _ in $(seq 100); do
  run health >/dev/null 2>&1 && break
  kill -0 "$server" || { cat "$root/tmp/serve"; exit 1; }
  sleep 0.2
done
expect 0 "health of the server" run health
expect 0 "ready" run health --ready
expect 0 "backup beside the server" run backup --dir /data
expect 1 "a second server on the same data" run serve --dir /data --http 127.0.0.1:1
expect 1 "writing outside /data and /tmp" run demo --dir /elsewhere
expect 1 "restore under the server" sh -c "chroot --userspec=65532:65532 --groups= '$root' /chaski restore \$(cd '$root' && ls data/backups/*.zst) --dir /data --replace"
kill "$server"
wait "$server" || true
trap - EXIT
expect 0 "restore over the data, aside what was there" sh -c "chroot --userspec=65532:65532 --groups= '$root' /chaski restore \$(cd '$root' && ls data/backups/*.zst) --dir /data --replace"
expect 0 "verify what was restored" run verify --dir /data
expect 1 "health after the server ended" run health
echo "All of it holds."
