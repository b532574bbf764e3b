// Fills in the dates of testdata/import: node scripts/import-samples.mjs <folder> [YYYY-MM-DD]
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const source = join(dirname(fileURLToPath(import.meta.url)), '../testdata/import')
const [folder, given] = process.argv.slice(2)
if (!folder) {
  console.error('usage: node scripts/import-samples.mjs <folder> [YYYY-MM-DD]')
  process.exit(2)
}
const today = given ?? new Intl.DateTimeFormat('sv-SE', { timeZone: 'America/Lima' }).format(new Date())
const [year, month] = today.split('-')

/** The day that many days from today, as people of Peru write it. */
function day(offset) {
  const d = new Date(`${today}T00:00:00Z`)
  d.setUTCDate(d.getUTCDate() + offset)
  return d.toISOString().slice(0, 10).split('-').reverse().join('/')
}

await mkdir(folder, { recursive: true })
for (const name of (await readdir(source)).filter((n) => n.endsWith('.csv'))) {
  const text = await readFile(join(source, name), 'utf8')
  const filled = text
    .replaceAll('{year}', year)
    .replaceAll('{yy}', year.slice(2))
    .replaceAll('{month}', String(Number(month)))
    .replace(/\{today([+-]\d+)?\}/g, (_, offset) => day(Number(offset ?? 0)))
  await writeFile(join(folder, name), filled)
}
