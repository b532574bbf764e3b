#!/usr/bin/env bash
# Says which of the prerequisites is missing or too old, and how to get it.
# What it checks is all a newcomer has to install by hand.
set -uo pipefail

missing=0
complain() {
  printf '  missing: %s\n           %s\n' "$1" "$2" >&2
  missing=1
}

# at_least HAVE WANT: true when version HAVE is WANT or newer.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

command -v git >/dev/null || complain "git" "sudo apt-get install -y git"

if ! command -v go >/dev/null; then
  complain "Go 1.21 or newer" "https://go.dev/doc/install"
else
  # make names the toolchain of go.mod; any Go since 1.21 fetches it by itself.
  want=$(awk '$1 == "go" {print $2; exit}' go.mod)
  go_version=$(go env GOVERSION 2>/dev/null | sed 's/^go//; s/[^0-9.].*$//')
  if [ -z "$go_version" ] || ! at_least "$go_version" "$want"; then
    complain "Go $want (found ${go_version:-none that can be used or fetched}: $(command -v go))" "https://go.dev/doc/install"
  fi
  cc=$(go env CC 2>/dev/null)
  command -v "${cc:-gcc}" >/dev/null ||
    complain "a C compiler (${cc:-gcc}), for Go's race detector" "sudo apt-get install -y build-essential"
fi

if ! command -v node >/dev/null; then
  complain "Node 20.19 or newer" "https://nodejs.org/en/download"
else
  node_version=$(node --version | sed 's/^v//')
  at_least "$node_version" 20.19.0 ||
    complain "Node 20.19 or newer (found $node_version: $(command -v node))" "https://nodejs.org/en/download"
  command -v npm >/dev/null || complain "npm, which comes with Node" "https://nodejs.org/en/download"
fi

if [ "$missing" -ne 0 ]; then
  echo "Install what is missing and run the same command again." >&2
  exit 1
fi
