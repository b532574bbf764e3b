#!/usr/bin/env bash
# Writes to a running demo server, one request after the other, until it is
# killed or the server goes away: over REST as the demo's superuser, so that every
# write goes the whole way (audit, sync, figures). Prints how many were accepted.
# Usage: scripts/write-load.sh http://127.0.0.1:8090
set -euo pipefail
url=$1
json=(-H 'Content-Type: application/json')

token=$(curl -fsS "${json[@]}" "$url/api/collections/_superusers/auth-with-password" \
	-d '{"identity":"admin@demo.pe","password":"chaski-demo"}' | sed 's/.*"token":"\([^"]*\)".*/\1/')
auth=(-H "Authorization: $token")
ids=$(curl -fsS "${auth[@]}" "$url/api/collections/interventions/records?perPage=200&fields=id&skipTotal=1&sort=-starts_on" |
	grep -o '"id":"[^"]*"' | cut -d'"' -f4)

n=0
trap 'echo "$n"; exit 0' TERM INT
while :; do
	for id in $ids; do
		curl -fsS -o /dev/null -X PATCH "${json[@]}" "${auth[@]}" \
			"$url/api/collections/interventions/records/$id" -d "{\"place\":\"Escritura $n\"}" || { echo "$n"; exit 0; }
		n=$((n + 1))
	done
done
