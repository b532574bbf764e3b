/** Runs seeds one after the other and says what they found. Started by run.mjs. */
import { mkdtempSync, rmSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Coverage } from './coverage'
import { FAULT_NAMES } from './network'
import { run, START } from './run'
import { Server } from './server'

const { values } = parseArgs({
  options: {
    server: { type: 'string' },
    plant: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '1' },
    /** Print one line of JSON at the end, and nothing else. */
    json: { type: 'boolean', default: false },
    /** Stop at the first violation. */
    first: { type: 'boolean', default: false },
  },
})

const REQUIRED = [...FAULT_NAMES, 'client_killed', 'reassigned_with_unsent_work', 'pull_outage', 'push_outage', 'bad_record', 'taken_back', 'outcome_applied', 'outcome_rejected', 'outcome_parked']

async function main(): Promise<void> {
  const from = Number(values.seed)
  const runs = Number(values.runs)
  // Memory is fast, and a killed process loses nothing of it, as with a disk.
  const dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'chaski-sim-'))
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
  const server = new Server(values.server!, join(dir, 'seed'), join(dir, 'data'), values.plant)
  const coverage = new Coverage()
  const failures: { seed: number; invariant: string; what: string }[] = []
  const traces: string[] = []
  await server.buildSeed(START)
  for (let seed = from; seed < from + runs; seed++) {
    const result = await run(seed, server)
    coverage.merge(result.coverage)
    traces.push(result.trace)
    for (const v of result.violations.slice(0, 5)) failures.push({ seed, ...v })
    if (!values.json) report(seed, result.trace, result.violations)
    if (values.first && failures.length > 0) break
  }
  await server.stop()
  const missing = runs >= 100 ? coverage.missing(REQUIRED) : []
  if (values.json) console.log(JSON.stringify({ failures, traces, coverage: [...coverage.counts] }))
  else summary(runs, traces, coverage, missing)
  process.exitCode = failures.length > 0 || missing.length > 0 ? 1 : 0
}

function report(seed: number, trace: string, violations: { invariant: string; what: string }[]): void {
  if (violations.length === 0) return
  console.log(`seed ${seed} (trace ${trace}) broke:`)
  for (const v of violations.slice(0, 5)) console.log(`  ${v.invariant}: ${v.what}`)
  console.log(`  replay: make sim SEED=${seed} RUNS=1`)
}

function summary(runs: number, traces: string[], coverage: Coverage, missing: string[]): void {
  for (const [what, n] of [...coverage.counts].sort()) console.log(`  ${what.padEnd(32)} ${n}`)
  if (missing.length > 0) console.log(`never happened: ${missing.join(', ')}`)
  console.log(`${runs} runs${runs === 1 ? `, trace ${traces[0]}` : ''}`)
}

await main()
