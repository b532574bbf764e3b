/** Runs seeds one after the other and says what they found. Started by run.mjs. */
import { mkdtempSync, rmSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Coverage } from './coverage'
import { FAULT_NAMES } from './network'
import type { Violation } from './invariants'
import { run, START } from './run'
import { Server } from './server'

const { values } = parseArgs({
  options: {
    server: { type: 'string' },
    plant: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
    runs: { type: 'string', default: '1' },
    /** Only the last line, which is for run.mjs. */
    json: { type: 'boolean', default: false },
    /** Stop at the first violation. */
    first: { type: 'boolean', default: false },
  },
})

/** What 100 runs must have met, or they prove nothing. */
const REQUIRED = [
  ...FAULT_NAMES,
  'client_killed',
  'incomplete_page',
  'reassigned_with_unsent_work',
  'pull_outage',
  'push_outage',
  'poison',
  'second_tap',
  'bad_record',
  'taken_back',
  'outcome_applied',
  'outcome_rejected',
  'outcome_parked',
]

async function main(): Promise<void> {
  const from = Number(values.seed)
  // Memory is fast, and a killed process loses nothing of it, as with a disk.
  const dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'chaski-sim-'))
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
  const server = new Server(values.server!, join(dir, 'seed'), join(dir, 'data'), values.plant)
  const coverage = new Coverage()
  const failures: ({ seed: number } & Violation)[] = []
  const traces: string[] = []
  await server.buildSeed(START)
  for (let seed = from; seed < from + Number(values.runs); seed++) {
    const { violations, trace, coverage: met } = await run(seed, server)
    coverage.merge(met)
    traces.push(trace)
    failures.push(...violations.slice(0, 5).map((v) => ({ seed, ...v })))
    if (!values.json && violations.length > 0) report(seed, trace, violations)
    if (values.first && failures.length > 0) break
  }
  await server.stop()
  console.log(JSON.stringify({ failures, traces, coverage: [...coverage.counts], required: REQUIRED }))
}

function report(seed: number, trace: string, violations: readonly Violation[]): void {
  console.log(`seed ${seed} (trace ${trace}) broke:`)
  for (const v of violations.slice(0, 5)) console.log(`  ${v.invariant}: ${v.what}`)
  console.log(`  replay: make sim SEED=${seed} RUNS=1`)
}

await main()
