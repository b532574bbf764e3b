#!/usr/bin/env bash
# Phones and servers of two versions together: those of the last release (OLD, a tag
# or commit) and those of this tree, each way, the server killed a few times under
# them. Everything a phone was promised must be in the server's tables once, and
# verify must find no difference. `phone`: instead, one phone in a browser whose app and
# server are exchanged for those of this tree while it has unfinished work.
# usage: OLD=v0.1.0 KILLS=4 scripts/compat.sh [phone]
set -euo pipefail
cd "$(dirname "$0")/.."

old=${OLD:-v0.1.0} kills=${KILLS:-4} what=${1:-loop}
there=$(mktemp -d)
trap 'git worktree remove --force "$there/tree" 2>/dev/null || true; rm -rf "$there"' EXIT
git worktree add --quiet --detach "$there/tree" "$old"
if [ -d webapp/node_modules ] && git diff --quiet "$old" -- webapp/package-lock.json; then
	cp -al webapp/node_modules "$there/tree/webapp/node_modules" # the same packages
fi
if [ "$what" = phone ]; then
	make -C "$there/tree" build
	CHASKI_OLD="$there/tree/bin/chaski" CHROMIUM=$(scripts/chromium.sh --install) \
		webapp/node_modules/.bin/playwright test --config webapp/playwright.config.ts --project=compat
	exit
fi
make -C "$there/tree" build node-client
(cd "$there/tree" && go build -o bin/goclient ./examples/goclient)
go build -o bin/goclient ./examples/goclient
go build -o bin/killloop ./internal/killloop

echo "== phones of $old, the server of this tree"
bin/killloop -kills "$kills" -seed 1 -chaski bin/chaski -node-client "$there/tree/bin/node-client.mjs" -go-client "$there/tree/bin/goclient"
echo "== phones of this tree, the server of $old"
bin/killloop -kills "$kills" -seed 2 -chaski "$there/tree/bin/chaski" -node-client bin/node-client.mjs -go-client bin/goclient -cameras 0 # it took no photographs
