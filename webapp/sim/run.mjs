// Builds the simulation's two halves and runs them.
//   npm run sim -- --seed 1 --runs 500        seeds 1 to 500, on two processes
//   npm run sim -- --seeds 70,200-220         these, in place of --seed and --runs
//   npm run sim:mutants                       each planted bug must be caught
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { FROM, overlay, planting, PLANTS } from './plants.mjs'

const webapp = dirname(dirname(fileURLToPath(import.meta.url)))
const work = mkdtempSync(join(tmpdir(), 'chaski-sim-build-'))
process.on('exit', () => rmSync(work, { recursive: true, force: true }))

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '20' },
    seeds: { type: 'string', default: '' },
    mutants: { type: 'boolean', default: false },
    /** Only this one. */
    plant: { type: 'string', default: '' },
    /** Nothing but the rendición. */
    accounts: { type: 'boolean', default: false },
    /** Print what happens, so many characters a line. */
    trace: { type: 'string', default: '' },
    /** Where to write the digest of each seed's trace: the same before and after what should change nothing. */
    digests: { type: 'string', default: '' },
  },
})

/** A plant that is not caught by then is missed. */
const MUTANT_SEEDS = 300

async function bundle(plant) {
  const outfile = join(work, `main-${plant?.name ?? 'product'}.mjs`)
  await build({
    entryPoints: [join(webapp, 'sim/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    define: { __PLANT__: JSON.stringify(plant?.name ?? '') },
    plugins: plant ? [planting(plant, join(webapp, 'src'))] : [],
    logLevel: 'warning',
  })
  return outfile
}

async function buildServer(name, plant) {
  const binary = join(work, name)
  const root = dirname(webapp)
  const planted = plant ? ['-overlay', await overlay(plant, root, work)] : []
  const { status } = spawnSync('go', ['build', ...planted, '-o', binary, './internal/sim'], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
  return binary
}

/** The data that every run begins with, of the product without a plant: made once, in memory where there is such a directory. */
async function origin(script, server) {
  const dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'chaski-sim-origin-'))
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
  await start([script, '--server', server, '--origin', join(dir, 'data')])
  return join(dir, 'data')
}

/** @param tell what is called with each line as it comes, but for the report, which is the last. */
function start(args, tell = () => undefined) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let last
    createInterface({ input: child.stdout })
      .on('line', (line) => {
        if (last !== undefined) tell(last)
        last = line
      })
      .on('close', () => {
        const report = parse(last)
        if (!report && last !== undefined) tell(last) // it died: this is the last it said
        resolve(report)
      })
  })
}

async function sim() {
  const [script, server] = [await bundle(), await buildServer('server')]
  const from = Number(values.seed)
  const wanted = values.seeds || `${from}-${from + Number(values.runs) - 1}`
  // A single seed is a replay: of that seed alone.
  const single = /^\d+$|^(\d+)-\1$/.test(wanted)
  const lanes = single ? 1 : lanesFor(2)
  const args = [
    '--server',
    server,
    '--origin',
    await origin(script, server),
    '--seeds',
    wanted,
    '--step',
    String(lanes),
    '--trace',
    values.trace,
  ]
  if (!values.seeds && !single) args.push('--regressions')
  if (values.accounts) args.push('--accounts')
  const began = Date.now()
  const reports = await Promise.all(
    Array.from({ length: lanes }, (_, n) => start([script, ...args, '--lane', String(n)], (line) => console.log(line))),
  )
  if (reports.includes(undefined)) return 1
  return summary(reports, (Date.now() - began) / 1000)
}

const parse = (text) => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function summary(reports, seconds) {
  const runs = reports.reduce((n, r) => n + r.traces.length, 0)
  const counts = new Map()
  for (const r of reports) for (const [what, n] of r.coverage) counts.set(what, (counts.get(what) ?? 0) + n)
  for (const [what, n] of [...counts].sort()) console.log(`  ${what.padEnd(30)} ${n}`)
  const traces = reports.flatMap((r) => r.traces).sort((a, b) => parseInt(a) - parseInt(b))
  if (values.digests) writeFileSync(values.digests, traces.join('\n') + '\n')
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

const lanesFor = (n) => Math.max(1, Math.min(2, availableParallelism(), n))

async function mutants() {
  const [script, server] = [await bundle(), await buildServer('server')]
  const product = { script, server, origin: await origin(script, server) }
  const wanted = PLANTS.filter((p) => !values.plant || p.name === values.plant)
  const waiting = [...wanted]
  const lane = async () => {
    for (let plant = waiting.shift(); plant; plant = waiting.shift()) {
      const run = await tried(plant, product)
      missed += told(plant, run) // not with the wait in it: what the other lane adds meanwhile would be lost
    }
  }
  const began = Date.now()
  let missed = 0
  console.log(`${'plant'.padEnd(24)} ${'what it does'.padEnd(62)} seeds  caught by`)
  await Promise.all(Array.from({ length: lanesFor(wanted.length) }, lane))
  console.log(
    `${wanted.length} plants in ${Math.round((Date.now() - began) / 1000)} s, ${missed} not caught as they should be`,
  )
  return missed
}

/** A row of the table; 1 if the plant was not caught as it should be. */
function told(plant, { caught, seeds }) {
  const right = caught?.invariant === plant.by
  const by = right ? plant.by : `${caught ? `${caught.invariant}: ${caught.what}` : 'NOTHING'}, not by ${plant.by}`
  console.log(`${plant.name.padEnd(24)} ${plant.bug.padEnd(62)} ${String(seeds).padStart(5)}  ${by}`)
  return right ? 0 : 1
}

/** Runs seeds until its invariant is broken, or they are used up. */
async function tried(plant, product) {
  const client = plant.side === 'client'
  const script = client ? await bundle(plant) : product.script
  const server = plant.go ? await buildServer(plant.name, plant) : product.server
  const from = Math.max(Number(values.seed), FROM[plant.name] ?? 1)
  const seeds = ['--seeds', `${from}-${from + MUTANT_SEEDS - 1}`, '--until', plant.by, '--json']
  const more = [...(plant.clocks ? ['--clocks'] : []), ...(plant.accounts ? ['--accounts'] : [])]
  const report = await start([
    script,
    '--server',
    server,
    '--origin',
    product.origin,
    '--plant',
    client ? '' : plant.name,
    ...seeds,
    ...more,
  ])
  const failures = report?.failures ?? []
  const caught = failures.find((f) => f.invariant === plant.by) ?? failures[0]
  return { caught, seeds: report?.traces.length ?? 0 }
}

process.exitCode = values.mutants ? ((await mutants()) > 0 ? 1 : 0) : await sim()
