// Prints the gzip size of the shell and of each lazy screen; fails above budget.
// The shell is the entry with what it imports statically; a screen is its chunk
// with what it imports statically beyond the shell.
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
for (const key of Object.keys(manifest).filter((k) => manifest[k].isDynamicEntry)) {
  const own = [...closure(key)].filter((k) => !shell.has(k))
  lines.push([key.replace('src/features/', ''), kb(own), ROUTE_KB])
}

let over = 0
for (const [name, size, budget] of lines) {
  if (size > budget) over++
  console.log(`${size > budget ? 'OVER' : 'ok  '} ${size.toFixed(1).padStart(6)} / ${budget} kB gzip  ${name}`)
}
process.exit(over > 0 ? 1 : 0)
