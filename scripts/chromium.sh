#!/usr/bin/env bash
# Prints the path of a Chromium the browser tests can use; what it says while
# looking goes to standard error. With --install it gets one when there is none:
# Debian's package as root, else Playwright's own download.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)

find_it() {
  local name found
  if [ -n "${CHROMIUM:-}" ]; then
    command -v "$CHROMIUM" && return 0
    echo "CHROMIUM=$CHROMIUM is not a program." >&2
    exit 1
  fi
  for name in chromium chromium-browser google-chrome google-chrome-stable; do
    command -v "$name" && return 0
  done
  # Playwright's own, when it was downloaded before.
  found=$(cd "$here/../webapp" && node -p 'require("@playwright/test").chromium.executablePath()' 2>/dev/null)
  [ -n "$found" ] && [ -x "$found" ] && "$found" --version >/dev/null 2>&1 && echo "$found"
}

find_it && exit 0
[ "${1:-}" = --install ] || { echo "No Chromium found; scripts/chromium.sh --install gets one." >&2; exit 1; }

if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
  echo "No Chromium found: installing Debian's package" >&2
  export DEBIAN_FRONTEND=noninteractive
  # The list of packages may be missing or old on a fresh machine.
  { apt-get install -y --no-install-recommends chromium ||
    { apt-get update && apt-get install -y --no-install-recommends chromium; }; } >&2 </dev/null
  find_it && exit 0
fi

echo "No Chromium found: downloading Playwright's own (~170 MB)" >&2
(cd "$here/../webapp" && node_modules/.bin/playwright install chromium) >&2 </dev/null
find_it && exit 0

echo "The browser tests need Chromium, and it could not be installed from here. Run:" >&2
echo "    sudo apt-get update && sudo apt-get install -y chromium" >&2
echo "or point CHROMIUM at one: make test CHROMIUM=/path/to/chromium" >&2
exit 1
