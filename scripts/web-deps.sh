#!/usr/bin/env bash
# Installs the web app's packages when package-lock.json is not the one they
# were installed from. Contents are compared, since a checkout changes times.
set -euo pipefail
cd "$(dirname "$0")/../webapp"

stamp=node_modules/.installed-from
if cmp -s package-lock.json "$stamp"; then
  exit 0
fi
echo "Installing the web app's packages (npm ci; a minute the first time)"
npm ci --no-audit --no-fund
cp package-lock.json "$stamp"
