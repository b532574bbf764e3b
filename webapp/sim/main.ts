/** Runs seeds one after the other and says what they found. Started by run.mjs. */
import { mkdtempSync, rmSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { hasAccounts, runAccounts } from './accounts'
import { Coverage } from './coverage'
import { FAULT_NAMES } from './network'
import { REGRESSIONS } from './regressions'
import type { Violation } from './invariants'
import { run } from './run'
import type { Result } from './run'
import { START } from './scene'
import { Scheduler } from './scheduler'
import { Server } from './server'

const { values } = parseArgs({
  options: {
    server: { type: 'string' },
    plant: { type: 'string', default: '' },
    /** Separated by commas; `from-to` for all between. */
    seeds: { type: 'string', default: '1' },
    /** Run the named regressions first. */
    regressions: { type: 'boolean', default: false },
    /** This process runs every `step`th of them. */
    step: { type: 'string', default: '1' },
    lane: { type: 'string', default: '0' },
    /** Only the last line, which is for run.mjs. */
    json: { type: 'boolean', default: false },
    /** Print all that happens, cut to this many characters a line. */
    trace: { type: 'string', default: '' },
    /** Stop when this invariant is broken; it alone is looked for. */
    until: { type: 'string', default: '' },
    /** The directory that every run's data begin as; it is made, and nothing else, where it is not yet. */
    origin: { type: 'string', default: '' },
    /** Nothing but the rendición, and in every run. */
    accounts: { type: 'boolean', default: false },
    /** Look at every seed by other clocks. */
    clocks: { type: 'boolean', default: false },
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
  'files_outage',
  'poison',
  'photographed',
  'photographs_finished',
  'photo_without_room',
  'photograph_carried',
  'cut_piece',
  'damaged_piece',
  'file_stored',
  'second_tap',
  'bad_record',
  'taken_back',
  'form_opened',
  'form_found_again',
  'form_typed',
  'form_finished',
  'form_finished_over_news',
  'form_unchanged',
  'form_dropped',
  'killed_with_a_form',
  'change_reopened',
  'too_late_to_reopen',
  'correction_begun',
  'correction_found_again',
  'refused_create_corrected',
  'refused_update_corrected',
  'correction_applied',
  'outcome_applied',
  'outcome_rejected',
  'outcome_parked',
  'quarrel',
  'lost_to_a_conflict',
  'left_as_seen',
  'settled_at_last',
  'settled_anew',
  'outdated_client',
  'stopped_before_commit',
  'stopped_after_push_committed',
  'intruded',
  'stale_answer_given',
  'office_stopped',
  'office_reassign',
  'office_share',
  'office_edit_finding',
  'office_raw_sql',
  'desk_stopped',
  'parked_accept',
  'parked_reject',
  'settled_author',
  'settled_other',
  'settled_on_phone',
  'order_revoke',
  'order_restore',
  'order_wipe',
  'revoked_with_unsent_work',
  'ended_evicted',
  'ended_erased',
  'restored',
  'rewound',
  'reconcile',
  'removals_forgotten',
  'forgotten_in_mid_page',
  'no_room',
  'work_without_room',
  'leader_killed',
  'leader_left',
  'cloned',
  'outdated',
  'schema_bumped',
  'clock_set',
  'looked_in_the_middle',
  'same_by_other_clocks',
]

/** The same of the runs about rendiciones. */
const REQUIRED_OF_ACCOUNTS = [
  'amount_typed',
  'answer_typed',
  'killed_with_amounts',
  'amounts_in_conflict',
  'without_signal',
  'document_added',
  'document_replaced',
  'document_withdrawn',
  'document_taken_up',
  'presented',
  'presented_and_taken',
  'review_approves',
  'review_approves_in_vain',
  'review_observes',
  'rendicion_conforme',
]

/** How often a seed is run twice: the same seed must give the same trace. */
const TWICE = 50
/** How often the same seed is run with all clocks right and with all a year wrong: the server must say the same. */
const CLOCKS = 40
/** After so many seeds it says how far it is. */
const TELL = 500
/** After so many seeds the server's process is a new one, so that nothing piles up in it. */
const SERVER_SEEDS = 200

interface Found extends Violation {
  seed: number
}

async function main(): Promise<void> {
  if (values.trace) Scheduler.echo = (line) => console.log(line.slice(0, Number(values.trace)))
  const began = Date.now()
  // Memory is fast, and a killed process loses nothing of it, as with a disk.
  const dir = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'chaski-sim-'))
  process.on('exit', () => rmSync(dir, { recursive: true, force: true }))
  const server = new Server(values.server!, values.origin, join(dir, 'data'), values.plant)
  if (!existsSync(values.origin)) {
    await server.buildSeed(START)
    return server.stop()
  }
  const coverage = new Coverage()
  const found: Found[] = []
  const traces: string[] = []
  const [step, lane] = [Number(values.step), Number(values.lane)]
  const first = values.regressions ? REGRESSIONS.map((r) => r.seed) : []
  const seeds = [...first, ...seedsOf(values.seeds)].filter((_, n) => n % step === lane)
  for (const [n, seed] of seeds.entries()) {
    if (!values.json && n > 0 && n % TELL === 0) console.log(`${n} of ${seeds.length} in ${since(began)} s`)
    if (n % SERVER_SEEDS === SERVER_SEEDS - 1) await server.renew()
    const { violations, trace, coverage: met } = await both(seed, server)
    if (!values.until && n % TWICE === 0) violations.push(...(await again(seed, server, trace)))
    if (values.clocks || (!values.accounts && n % CLOCKS === CLOCKS / 2))
      violations.push(...(await byOtherClocks(seed, server, met)))
    coverage.merge(met)
    traces.push(`${seed} ${trace}`)
    found.push(...violations.slice(0, 5).map((v) => ({ seed, ...v })))
    if (!values.json && violations.length > 0) report(seed, trace, violations)
    if (found.some((f) => f.invariant === values.until)) break
  }
  await server.stop()
  const required = [...(values.accounts ? [] : REQUIRED), ...REQUIRED_OF_ACCOUNTS]
  console.log(JSON.stringify({ failures: found, traces, coverage: [...coverage.counts], required }))
}

/** What a seed is: a run, and in some of them another one, about the rendición. */
async function both(seed: number, server: Server): Promise<Pick<Result, 'violations' | 'trace' | 'coverage'>> {
  const main = values.accounts ? undefined : await run(seed, server)
  if (main && !hasAccounts(seed)) return main
  const more = await runAccounts(seed, server)
  if (main) more.coverage.merge(main.coverage)
  return {
    violations: [...(main?.violations ?? []), ...more.violations],
    trace: main ? `${main.trace} ${more.trace}` : more.trace,
    coverage: more.coverage,
  }
}

function seedsOf(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [from, to = from] = part.split('-').map(Number)
    return Array.from({ length: to! - from! + 1 }, (_, n) => from! + n)
  })
}

const since = (began: number): number => Math.round((Date.now() - began) / 1000)

async function again(seed: number, server: Server, trace: string): Promise<Violation[]> {
  const second = await both(seed, server)
  return second.trace === trace
    ? []
    : [{ invariant: 'replay', what: `the same seed gave the traces ${trace} and ${second.trace}` }]
}

async function byOtherClocks(seed: number, server: Server, met: Coverage): Promise<Violation[]> {
  const [right, wrong] = [await run(seed, server, 'right'), await run(seed, server, 'wrong')]
  met.count('same_by_other_clocks')
  return right.result === wrong.result && right.violations.length + wrong.violations.length === 0
    ? []
    : [
        ...right.violations,
        ...wrong.violations,
        { invariant: 'I7 clock-free', what: `with other clocks the server holds ${wrong.result}, not ${right.result}` },
      ]
}

/** Each line says whose it is: two processes write at once. */
function report(seed: number, trace: string, violations: readonly Violation[]): void {
  for (const v of violations.slice(0, 5)) console.log(`seed ${seed} (trace ${trace}) broke ${v.invariant}: ${v.what}`)
}

await main()
