// Prints the gzip size of the shell and of each lazy screen; fails above budget.
// The shell is the entry with what it imports statically; a screen is its chunk
// with what it imports statically beyond the shell, and a part of a screen is what
// comes beyond the screens that load it.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const SHELL_KB = 110
const ROUTE_KB = 40
const manifest = JSON.parse(readFileSync('dist/.vite/manifest.json', 'utf8'))

function closure(key, into = new Set()) {
  if (into.has(key)) return into
  into.add(key)
  for (const next of manifest[key].imports ?? []) closure(next, into)
  return into
}

const kb = (keys) =>
  [...keys].reduce((sum, key) => sum + gzipSync(readFileSync(`dist/${manifest[key].file}`), { level: 9 }).length, 0) /
  1000

const entry = Object.keys(manifest).find((key) => manifest[key].isEntry)
const shell = closure(entry)
const lines = [['shell', kb(shell), SHELL_KB]]
const keys = Object.keys(manifest)

/** What is there whenever this chunk is asked for. */
function there(key) {
  const hosts = keys.filter((k) => manifest[k].dynamicImports?.includes(key))
  if (hosts.some((k) => shell.has(k))) return shell
  const [first, ...others] = hosts.map((k) => closure(k))
  return new Set([...shell, ...[...(first ?? [])].filter((k) => others.every((host) => host.has(k)))])
}

for (const key of keys.filter((k) => manifest[k].isDynamicEntry)) {
  const before = there(key)
  const own = [...closure(key)].filter((k) => !before.has(k))
  lines.push([key.replace('src/features/', ''), kb(own), ROUTE_KB])
}

let over = 0
for (const [name, size, budget] of lines) {
  if (size > budget) over++
  console.log(`${size > budget ? 'OVER' : 'ok  '} ${size.toFixed(1).padStart(6)} / ${budget} kB gzip  ${name}`)
}
process.exit(over > 0 ? 1 : 0)
