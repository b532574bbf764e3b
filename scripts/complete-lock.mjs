/**
 * npm may record only this platform's optional packages in package-lock.json
 * (npm/cli#4828); `npm ci` then refuses the lock, here or elsewhere. This adds
 * the missing entries at the exact version their parent names. Run it after
 * changing dependencies:
 *   node scripts/complete-lock.mjs webapp/package-lock.json
 */
import { readFileSync, writeFileSync } from 'node:fs'

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openbsd', 'openharmony', 'win32']
const processors = ['arm64', 'x64', 'ia32', 'arm', 's390x', 'ppc64', 'riscv64', 'loong64']

const file = process.argv[2] ?? 'webapp/package-lock.json'
const lock = JSON.parse(readFileSync(file, 'utf8'))
const packages = lock.packages
let added = 0

for (const [path, parent] of Object.entries({ ...packages })) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    if (recorded(path, name)) continue
    packages[`node_modules/${name}`] = entry(name, version, parent)
    added++
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en')))
if (added > 0) writeFileSync(file, JSON.stringify(lock, null, 2) + '\n')
console.log(`${file}: ${added} entries added`)

/** Whether `name` resolves from the package at `path`, as Node looks for it. */
function recorded(path, name) {
  for (let at = path; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    if (packages[`${at ? `${at}/` : ''}node_modules/${name}`]) return true
    if (!at) return false
  }
}

function entry(name, version, parent) {
  const words = name.split(/[/-]/)
  const os = systems.find((x) => words.includes(x))
  const cpu = processors.find((x) => words.includes(x))
  if (!os || !cpu || !/^\d/.test(version)) throw new Error(`do not know the platform of ${name}@${version}`)
  const libc = os !== 'linux' ? {} : { libc: [name.endsWith('musl') ? 'musl' : 'glibc'] }
  return { version, cpu: [cpu], ...(parent.dev ? { dev: true } : {}), ...libc, optional: true, os: [os] }
}
