/**
 * The web app's own sync engine in Node, on files: for tests that kill it and
 * for tools. Whatever it says on stdout is one JSON object a line.
 *
 *   node bin/node-client.mjs sync    --dir d --server http://… --email … --password …
 *   node bin/node-client.mjs enqueue --dir d --seed 7 --count 3
 *   node bin/node-client.mjs run     --dir d --server … --email … --password … --seed 7 --every 200
 *   node bin/node-client.mjs status  --dir d
 *
 * `enqueue` says `{"promised":…}` once a visit is flushed to the disk, and not
 * before: from there on it must not be lost. `run` does that at random moments
 * and syncs all the while, until it is told to stop or killed. `sync` ends with
 * code 0 when all is sent, pulled and verified, with 1 after --timeout seconds.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { recount, totalOf } from '../../src/sync/checksum'
import type { SyncStatus } from '../../src/sync/contract'
import { Driver } from '../../src/sync/driver'
import { token, uuidV7 } from '../../src/sync/ids'
import type { Clock, Reading, Work } from '../../src/sync/ports'
import { Gate, HttpTransport } from '../../src/sync/transport'
import { Rng } from '../../sim/rng'
import { lockFolder } from './lock'
import { openStores } from './stores'
import type { Stores } from './stores'
import { drawVisit } from './visits'

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    dir: { type: 'string' },
    server: { type: 'string', default: 'http://127.0.0.1:8090' },
    email: { type: 'string', default: '' },
    password: { type: 'string', default: '' },
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '1' },
    /** ms between two visits of `run`, about. */
    every: { type: 'string', default: '500' },
    /** Seconds `sync` may take. */
    timeout: { type: 'string', default: '60' },
    /** Longest wait between two attempts, ms: a test need not wait for minutes. */
    patience: { type: 'string', default: '300000' },
  },
})

const say = (what: object): void => void process.stdout.write(JSON.stringify(what) + '\n')

class NodeClock implements Clock {
  private timer: NodeJS.Timeout | undefined

  constructor(private readonly patience: number) {}

  now(): number {
    return Date.now()
  }

  /** Nobody looks at a process: what passes while it is stopped is absence. */
  read(): Reading {
    return { wall: Date.now(), steady: performance.now(), attended: false }
  }

  wake(at: number, callback: () => void): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(callback, Math.min(Math.max(at - Date.now(), 0), this.patience))
  }

  stop(): void {
    clearTimeout(this.timer)
  }
}

/** Signs in when the engine has no token, as often as that takes. */
class Account {
  token = ''
  private trying = false

  async signIn(then: () => void): Promise<void> {
    if (this.trying) return
    this.trying = true
    for (let pause = 100; this.token === ''; pause = Math.min(2 * pause, 5000, Number(given.patience))) {
      this.token = await this.ask().catch(() => '')
      if (this.token === '') await sleep(pause)
    }
    this.trying = false
    then()
  }

  private async ask(): Promise<string> {
    const response = await fetch(`${given.server}/api/collections/users/auth-with-password`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ identity: given.email, password: given.password }),
      signal: AbortSignal.timeout(10_000),
    })
    if (response.status === 400) throw new Error('wrong e-mail or password')
    return ((await response.json()) as { token?: string }).token ?? ''
  }
}

async function follow(stores: Stores, changed: (s: SyncStatus) => void): Promise<Driver> {
  const account = new Account()
  const patience = Number(given.patience)
  const driver = new Driver({
    replica: stores.replica,
    work: stores.work,
    transport: new HttpTransport(given.server, () => account.token, new Gate()),
    clock: new NodeClock(patience),
    random: { jitter: Math.random, mutationId: () => uuidV7(Date.now()), token },
    report: () => Promise.resolve({ app_version: 'node-client' }),
    describe: { name: 'node-client', platform: `node ${process.version}`, app_version: 'node-client' },
    changed: (status) => {
      if (status.problem === 'session_expired') {
        account.token = ''
        void account.signIn(() => driver.tell({ type: 'signed_in' }))
      }
      changed(status)
    },
  })
  await account.signIn(() => undefined)
  await driver.start()
  // What waits is tried again sooner than a phone would.
  setInterval(() => driver.tell({ type: 'kick', strong: true }), patience).unref()
  return driver
}

async function enqueue(stores: Stores, rng: Rng): Promise<boolean> {
  const work: Work | undefined = drawVisit(stores.disk, rng, Date.now())
  if (!work) return false
  const ids = work.mutations.map(() => uuidV7(Date.now()))
  await stores.work.enqueue(work, { ids, at: new Date().toISOString() })
  say({ promised: ids, group: work.group, records: work.mutations.map((m) => `${m.collection}/${m.record}`) })
  return true
}

async function sync(stores: Stores): Promise<number> {
  let last: SyncStatus | undefined
  let done = (): void => undefined
  const inSync = new Promise<void>((resolve) => (done = resolve))
  const driver = await follow(stores, (s) => {
    last = s
    if (s.in_sync || s.standing !== 'active') done()
  })
  await Promise.race([inSync, sleep(Number(given.timeout) * 1000)])
  driver.stop()
  say(last ?? {})
  return last?.in_sync ? 0 : 1
}

async function run(stores: Stores, rng: Rng): Promise<number> {
  let inSync = false
  const driver = await follow(stores, (s) => {
    if (s.in_sync !== inSync) say({ in_sync: (inSync = s.in_sync), pending: s.pending })
  })
  let stop = false
  process.once('SIGTERM', () => (stop = true))
  while (!stop) {
    await sleep(Number(given.every) * (0.5 + rng.next()))
    if (!(await enqueue(stores, rng))) continue
    await driver.recount()
    driver.tell({ type: 'enqueued' })
  }
  driver.stop()
  return 0
}

/** Everything a test needs to judge this device: what it was promised, and whether its replica proves itself. */
async function status({ disk, work }: Stores): Promise<void> {
  const rows = [...disk.rows.values()]
  const fresh = Object.fromEntries(
    Object.entries(disk.meta.buckets).map(([h, b]) => [h, { name: b.name, ...recount(Number(h), b.name, rows) }]),
  )
  say({
    device: disk.work.device,
    install: disk.work.install,
    standing: disk.work.standing,
    marks: disk.work.marks,
    counts: await work.counts(),
    cursor: disk.meta.cursor,
    synced_at: disk.meta.synced_at,
    last_heal_at: disk.meta.last_heal_at,
    reconcile: disk.meta.reconcile,
    rows: rows.length,
    total: totalOf(disk.meta.buckets),
    total_of_rows: totalOf(fresh),
    outbox: [...disk.outbox.values()].map((e) => ({
      id: e.id,
      counter: e.counter,
      record: `${e.mutation.collection}/${e.mutation.record}`,
      op: e.mutation.op,
      group: e.group,
      state: e.state,
      attempts: e.attempts,
      seq: e.outcome?.seq,
      receipt: e.outcome?.receipt,
      errors: e.outcome?.errors?.map((x) => x.code),
      was: e.was?.status,
    })),
  })
}

async function main(): Promise<number> {
  const [command] = positionals
  if (!given.dir || !command) throw new Error('usage: node-client sync|enqueue|run|status --dir <folder> …')
  const unlock = await lockFolder(given.dir)
  const stores = await openStores(given.dir)
  const rng = new Rng(Number(given.seed))
  // Node ends when nothing is left to wake it, also while an answer is awaited whose connection broke.
  setInterval(() => undefined, 60_000)
  try {
    if (command === 'sync') return await sync(stores)
    if (command === 'run') return await run(stores, rng)
    if (command === 'status') await status(stores)
    else if (command === 'enqueue') {
      for (let n = 0; n < Number(given.count); n++)
        if (!(await enqueue(stores, rng))) throw new Error('nothing to visit: sync first')
    } else throw new Error(`no such command: ${command}`)
    return 0
  } finally {
    await stores.close()
    await unlock()
  }
}

const code = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  return 2
})
// A pipe may still hold what was said.
process.stdout.write('', () => process.exit(code))
