#!/usr/bin/env bash
# Runs one step of `make test` under a heading and tells how long it took.
#   scripts/step.sh "Heading" "what to do when it fails" command [args...]
set -uo pipefail

title=$1 remedy=$2
shift 2

# Where steps run side by side their output comes when they end; descriptor 9
# goes past that.
{ printf 'begun: %s\n' "$title" >&9; } 2>/dev/null
printf '\n\033[1m== %s\033[0m\n' "$title"
began=$SECONDS
"$@"
code=$?
took=$((SECONDS - began))

if [ "$code" -ne 0 ]; then
  printf '\n\033[1m== FAILED: %s\033[0m (%ss, exit %s)\n   %s\n' "$title" "$took" "$code" "$remedy" >&2
  exit "$code"
fi
printf -- '-- ok: %s (%ss)\n' "$title" "$took"
