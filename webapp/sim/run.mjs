// Builds the simulation's two halves and runs them.
//   npm run sim -- --seed 1 --runs 500        seeds 1 to 500, on two processes
//   npm run sim:mutants                       each planted bug must be caught
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'

const webapp = dirname(dirname(fileURLToPath(import.meta.url)))
const work = mkdtempSync(join(tmpdir(), 'chaski-sim-build-'))
process.on('exit', () => rmSync(work, { recursive: true, force: true }))

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '20' },
    mutants: { type: 'boolean', default: false },
  },
})

// What each planted bug is, where it is planted, and which promise must notice.
const MUTANTS = [
  { name: 'outbox-removed-early', side: 'client', bug: 'outbox entry removed before its outcome is stored' },
  { name: 'max-plus-one', side: 'server', bug: 'MAX+1 instead of the sequence counter' },
  { name: 'reassign-without-drop', side: 'server', bug: 'reassignment sends no removals or drops' },
  { name: 'double-increment', side: 'server', bug: 'progress is added twice' },
  { name: 'commit-not-synced', side: 'server', bug: 'a commit is answered before it is on the disk' },
]
const MUTANT_SEEDS = 60

async function bundle(plant) {
  const outfile = join(work, `main-${plant || 'product'}.mjs`)
  await build({
    entryPoints: [join(webapp, 'sim/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    define: { __PLANT__: JSON.stringify(plant) },
    logLevel: 'warning',
  })
  return outfile
}

function buildServer(name) {
  const binary = join(work, name)
  const { status } = spawnSync('go', ['build', '-o', binary, './internal/sim'], {
    cwd: dirname(webapp),
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
  return binary
}

function start(args) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let out = ''
    child.stdout.on('data', (chunk) => (out += chunk))
    child.on('exit', (code) => resolve({ code, out }))
  })
}

async function sim() {
  const [script, server] = [await bundle(''), buildServer('server')]
  const from = Number(values.seed)
  const runs = Number(values.runs)
  const lanes = Math.max(1, Math.min(2, availableParallelism(), Math.ceil(runs / 10)))
  const began = Date.now()
  const parts = await Promise.all(
    Array.from({ length: lanes }, (_, n) => {
      const count = Math.ceil((runs - n) / lanes)
      const args = ['--seed', String(from + n), '--step', String(lanes), '--runs', String(count)]
      // A single seed is a replay: of that seed alone.
      return start([script, '--server', server, ...args, ...(n === 0 && runs > 1 ? ['--regressions'] : [])])
    }),
  )
  const reports = parts.map((p) => parse(p.out.trim().split('\n').at(-1)))
  for (const { out } of parts) process.stdout.write(out.slice(0, out.trimEnd().lastIndexOf('\n') + 1))
  if (reports.includes(undefined)) return 1
  return summary(reports, runs, (Date.now() - began) / 1000)
}

const parse = (text) => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function summary(reports, runs, seconds) {
  const counts = new Map()
  for (const r of reports) for (const [what, n] of r.coverage) counts.set(what, (counts.get(what) ?? 0) + n)
  for (const [what, n] of [...counts].sort()) console.log(`  ${what.padEnd(30)} ${n}`)
  const broken = new Set(reports.flatMap((r) => r.failures.map((f) => f.seed)))
  // A few runs need not meet every fault; some hundreds must.
  const missing = runs >= 200 ? reports[0].required.filter((what) => !counts.get(what)) : []
  const rate = Math.round((runs * 60) / seconds)
  console.log(
    `${runs} runs in ${Math.round(seconds)} s (${rate} a minute on ${reports.length} processes), ${broken.size} broken`,
  )
  for (const seed of broken) console.log(`  replay: make sim SEED=${seed} RUNS=1`)
  if (missing.length > 0) console.log(`never happened: ${missing.join(', ')}`)
  return broken.size > 0 || missing.length > 0 ? 1 : 0
}

async function mutants() {
  const server = buildServer('server')
  const plain = await bundle('')
  let missed = 0
  console.log('planted bug                                          caught by              at seed')
  for (const m of MUTANTS) {
    const script = m.side === 'client' ? await bundle(m.name) : plain
    const plant = m.side === 'client' ? '' : m.name
    const { out } = await start([
      script,
      '--server',
      server,
      '--plant',
      plant,
      '--seed',
      values.seed,
      '--runs',
      String(MUTANT_SEEDS),
      '--first',
      '--json',
    ])
    const caught = parse(out.trim().split('\n').at(-1))?.failures?.[0]
    if (!caught) missed++
    console.log(`${m.bug.padEnd(52)} ${caught ? caught.invariant.padEnd(22) + ' ' + caught.seed : 'NOT CAUGHT'}`)
    if (caught) console.log(`    ${caught.what.slice(0, 160)}`)
  }
  return missed
}

process.exitCode = values.mutants ? await mutants() : await sim()
