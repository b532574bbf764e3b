import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { backoff, initial, isBusy, step } from './core'
import type { CoreEvent, CoreState } from './core'

const at = { now: 1_000_000, jitter: 0.5 }
const after = (s: CoreState, ...events: Parameters<typeof happen>[1][]): CoreState => events.reduce(happen, s)
type Untimed<E> = E extends unknown ? Omit<E, 'now' | 'jitter'> : never
function happen(s: CoreState, e: Untimed<CoreEvent>): CoreState {
  return step(s, { ...at, ...e }).state
}

const kick = { type: 'kick', strong: true } as const
const lost = (channel: 'push' | 'pull' | 'files') =>
  ({ type: 'failed', channel, failure: { kind: 'no_answer' } }) as const
const refused = (channel: 'push' | 'pull', retryAfter?: number) =>
  ({ type: 'failed', channel, failure: { kind: 'status', status: 503, code: 'busy', retryAfter } }) as const
const pushed = { type: 'pushed', answered: 1, unanswered: 0, more: false, cloned: false, rewound: false } as const
const paged = { type: 'paged', complete: true, verified: true, compare: 0, rewound: false } as const

const ROADS = ['push', 'pull', 'files'] as const

describe('push, pull and files are independent (I9)', () => {
  test.each(ROADS)('a failing %s leaves the others as they are', (name) => {
    const before = after(initial({ registered: true }), kick)
    const failed = happen(before, lost(name))
    expect(failed.channels[name].phase).toBe('waiting')
    for (const other of ROADS) if (other !== name) expect(failed.channels[other]).toEqual(before.channels[other])
  })
})

describe('files', () => {
  const sent = { type: 'sent', more: false, heard: true, held: false, pull: false } as const
  const revoked = {
    type: 'failed',
    channel: 'pull',
    failure: { kind: 'status', status: 403, code: 'device_revoked' },
  } as const

  test('go one request after the other, and what they came to is pulled', () => {
    const idle = after(initial({ registered: true }), kick, pushed, paged, sent, paged, sent, sent)
    expect(idle.channels.files).toMatchObject({ phase: 'idle', want: false })
    const more = step(after(idle, kick), { ...at, ...sent, more: true })
    expect(more.effects).toContainEqual({ do: 'send' })
    const over = step(idle, { ...at, ...sent, pull: true })
    expect(over.effects).toContainEqual({ do: 'pull', checksums: false })
  })

  test('of a revoked device are gone before its rows go, and keep them while a person holds them back', () => {
    const told = after(initial({ registered: true }), kick, revoked, pushed, pushed)
    const evicts = (e: object): boolean => step(told, { ...at, ...sent, ...e }).effects.some((x) => x.do === 'evict')
    expect(evicts({ more: true })).toBe(false)
    expect(evicts({ held: true })).toBe(false)
    expect(evicts({})).toBe(true)
  })

  test('whose record is not there ask for a pull, and wait longer and longer', () => {
    const missing = { kind: 'status', status: 404, code: 'record_not_found' } as const
    const rested = after(initial({ registered: true }), kick, { ...pushed, answered: 0 }, paged)
    const failed = step(rested, { ...at, type: 'failed', channel: 'files', failure: missing })
    expect(failed.effects).toContainEqual({ do: 'pull', checksums: false })
    expect(failed.state.channels.files).toMatchObject({ phase: 'waiting', failures: 1 })
    expect(failed.state.problem).toBe('')
  })
})

test('a hint that the network is back ends a wait, unless the server asked for it', () => {
  const waiting = after(initial({ registered: true }), kick, lost('push'), refused('pull', 30))
  expect([waiting.channels.push.phase, waiting.channels.pull.phase]).toEqual(['waiting', 'waiting'])
  const hinted = happen(waiting, kick)
  expect([hinted.channels.push.phase, hinted.channels.pull.phase]).toEqual(['busy', 'waiting'])
  expect(waiting.channels.pull.until).toBeGreaterThanOrEqual(at.now + 30_000)
})

test('a server without space is said to be that; the queue waits as long as it asks and sends the same again', () => {
  const full = {
    type: 'failed',
    channel: 'push',
    failure: { kind: 'status', status: 503, code: 'storage_full', retryAfter: 45, sent: 40 },
  } as const
  const before = after(initial({ registered: true }), kick)
  const waiting = after(before, full, paged)
  expect(waiting.problem).toBe('server_full')
  expect(waiting.limit).toBe(before.limit) // no record is looked for that might be to blame
  expect(waiting.channels.push).toMatchObject({ phase: 'waiting', want: true, imposed: true })
  expect(waiting.channels.push.until).toBeGreaterThanOrEqual(at.now + 45_000)
  const later = step(waiting, { type: 'tick', now: waiting.channels.push.until, jitter: 0.5 })
  expect(later.effects).toContainEqual({ do: 'push', limit: before.limit })
  expect(happen(later.state, pushed).problem).toBe('')
  const damaged = { ...full, failure: { ...full.failure, code: 'data_damaged' } }
  expect(happen(before, damaged).problem).toBe('server_damaged')
})

test('an account with as many devices as it may have is told so; it is asked slowly, and at once when the person asks', () => {
  const full = {
    type: 'failed',
    channel: 'register',
    failure: { kind: 'status', status: 409, code: 'too_many_devices' },
  } as const
  const waiting = after(initial({ registered: false }), kick, { type: 'session', live: true }, full)
  expect(waiting.problem).toBe('too_many_devices')
  expect(waiting.channels.register).toMatchObject({ phase: 'waiting', want: true, imposed: false })
  expect(waiting.channels.register.until).toBeGreaterThanOrEqual(at.now + 150_000)
  const asked = step(waiting, { ...at, ...kick })
  expect(asked.effects).toContainEqual({ do: 'register' })
  expect(happen(asked.state, { type: 'registered' }).problem).toBe('')
})

test.each(['pushed_enough', 'too_often'] as const)(
  'a push refused as %s waits as long as it is told to, and is told apart',
  (code) => {
    const failure = { kind: 'status', status: 429, code, retryAfter: 600, sent: 40 } as const
    const before = after(initial({ registered: true }), kick)
    const waiting = happen(before, { type: 'failed', channel: 'push', failure })
    expect(waiting.problem).toBe(code)
    expect(waiting.limit).toBe(before.limit)
    expect(waiting.channels.push.until).toBeGreaterThanOrEqual(at.now + 600_000)
  },
)

test('news does not shorten a wait', () => {
  const waiting = after(initial({ registered: true }), kick, lost('pull'))
  expect(happen(waiting, { type: 'kick', strong: false }).channels.pull.phase).toBe('waiting')
})

test('waits double, are capped and spread', () => {
  expect(backoff(1, 0.5)).toBe(2 * backoff(0, 0.5))
  expect(backoff(99, 0.99)).toBeLessThanOrEqual(5 * 60_000)
  expect(backoff(3, 0)).toBeLessThan(backoff(3, 0.9))
})

test('verified only by a pull that began after the last outcome (I8)', () => {
  const both = after(initial({ registered: true }), kick)
  const outcomeWhilePulling = after(both, pushed, paged)
  expect(outcomeWhilePulling.verified).toBe(false)
  expect(outcomeWhilePulling.channels.pull.phase).toBe('busy')
  expect(happen(outcomeWhilePulling, paged).verified).toBe(true)
  expect(happen(happen(outcomeWhilePulling, paged), { type: 'enqueued' }).verified).toBe(false)
})

test('what was in sync is so no longer after an outcome, or when a pull fails', () => {
  const verified = after(initial({ registered: true }), kick, { ...pushed, answered: 0 }, paged)
  expect(verified.verified).toBe(true)
  expect(happen(verified, pushed).verified).toBe(false)
  expect(after(verified, kick, lost('pull')).verified).toBe(false)
})

test('a mismatch asks for checksums, then heals, then pulls', () => {
  const wrong = { ...paged, verified: false }
  const asked = step(after(initial({ registered: true }), kick, { ...pushed, answered: 0 }), { ...at, ...wrong })
  expect(asked.effects).toContainEqual({ do: 'pull', checksums: true })
  const told = step(asked.state, { ...at, ...wrong, compare: 1 })
  expect(told.effects).toContainEqual({ do: 'repair' })
  expect(told.effects.some((e) => e.do === 'pull')).toBe(false)
  const healed = step(told.state, { ...at, type: 'repaired' })
  expect(healed.effects).toContainEqual({ do: 'pull', checksums: false })
})

test('an ended session starts nothing until somebody signs in', () => {
  const s = after(initial({ registered: true }), kick, { type: 'session', live: false }, pushed, paged, {
    type: 'sent',
    more: false,
    heard: true,
    held: false,
    pull: false,
  })
  expect(isBusy(happen(s, kick))).toBe(false)
  expect(isBusy(happen(s, { type: 'signed_in' }))).toBe(true)
})

test('whatever happens in whatever order: a step exists, and work that waits has a time to be woken', () => {
  const channel = fc.constantFrom('register' as const, 'push' as const, 'pull' as const, 'session' as const)
  const failure = fc.oneof(
    fc.constant({ kind: 'no_answer' as const }),
    fc.constant({ kind: 'storage' as const, trouble: 'storage_shut' as const }),
    fc.record({
      kind: fc.constant('status' as const),
      status: fc.constantFrom(400, 401, 403, 409, 413, 426, 429, 500, 503),
      code: fc.constantFrom('', 'device_unknown', 'busy'),
      retryAfter: fc.option(fc.nat(99), { nil: undefined }),
    }),
  )
  const event = fc.oneof(
    fc.record({ type: fc.constant('kick' as const), strong: fc.boolean() }),
    fc.constantFrom(
      { type: 'enqueued' as const },
      { type: 'tick' as const },
      { type: 'registered' as const },
      { type: 'signed_in' as const },
      { type: 'repaired' as const },
    ),
    fc.record({ type: fc.constant('session' as const), live: fc.boolean() }),
    fc.record({
      type: fc.constant('pushed' as const),
      answered: fc.nat(3),
      unanswered: fc.nat(1),
      more: fc.boolean(),
      cloned: fc.boolean(),
      rewound: fc.boolean(),
    }),
    fc.record({
      type: fc.constant('paged' as const),
      complete: fc.boolean(),
      verified: fc.boolean(),
      compare: fc.nat(1),
      rewound: fc.boolean(),
    }),
    fc.record({ type: fc.constant('failed' as const), channel, failure }),
  )
  fc.assert(
    fc.property(fc.boolean(), fc.array(fc.tuple(event, fc.nat(400_000)), { maxLength: 40 }), (registered, events) => {
      let state = initial({ registered })
      let now = 0
      for (const [e, passed] of events) {
        now += passed
        const before = structuredClone(state)
        const next = step(state, { ...e, now, jitter: 0.3 })
        expect(state).toEqual(before) // a pure step
        state = next.state
        const waiting = Object.values(state.channels).filter((ch) => ch.phase === 'waiting')
        if (waiting.length > 0 && state.session === 'live') {
          const wake = next.effects.find((x) => x.do === 'wake')
          expect(wake && wake.at <= Math.min(...waiting.map((ch) => ch.until))).toBe(true)
        }
        expect(state.limit).toBeGreaterThanOrEqual(1)
        if (state.session === 'expired') expect(state.problem).toBe('session_expired')
      }
    }),
    { numRuns: 500 },
  )
})

test('what repair does not cure is read again more and more rarely', () => {
  let s = after(initial({ registered: true }), kick, { ...pushed, answered: 0 })
  let now = at.now
  const tell = (e: Untimed<CoreEvent>) => {
    const next = step(s, { ...e, now, jitter: 0.5 })
    s = next.state
    return next.effects
  }
  let reads = 0
  while (now < at.now + 3_600_000) {
    if (s.channels.pull.phase === 'waiting') {
      now = s.channels.pull.until
      tell({ type: 'tick' })
      continue
    }
    reads++
    const effects = tell({
      type: 'paged',
      complete: true,
      verified: false,
      compare: s.checksums ? 1 : 0,
      rewound: false,
    })
    if (effects.some((x) => x.do === 'repair')) tell({ type: 'repaired' })
  }
  expect(reads).toBeGreaterThan(5)
  expect(reads).toBeLessThan(100)
})

test('a clock set back by a year holds no retry up for a year', () => {
  const year = 365 * 86_400_000
  let s = step(initial({ registered: true }), { ...kick, now: year, jitter: 0.5 }).state
  for (const channel of ['push', 'pull'] as const) s = step(s, { ...refused(channel, 5), now: year, jitter: 0.5 }).state
  s = step(s, { type: 'tick', now: 60_000, jitter: 0.5 }).state
  expect([s.channels.push.phase, s.channels.pull.phase]).toEqual(['busy', 'busy'])
})

test('nor the next poll', () => {
  const year = 365 * 86_400_000
  let s = step(initial({ registered: true }), { ...kick, now: year, jitter: 0.5 }).state
  s = step(s, { ...pushed, answered: 0, now: year, jitter: 0.5 }).state
  s = step(s, { ...paged, now: year, jitter: 0.5 }).state
  expect(step(s, { type: 'tick', now: 60_000, jitter: 0.5 }).effects).toContainEqual({ do: 'pull', checksums: false })
})
