/**
 * The sync engine's decisions: state × event → state × effects. Pure and total:
 * no clock, no randomness, no I/O; `now` and `jitter` come with each event.
 *
 * Invariants, as they bind a client:
 *  I1 convergence: a complete page whose total differs leads to one more pull
 *     with checksums, then to a comparison of the buckets that differ, then to a
 *     pull; never to silence. The same for buckets the server names. What that
 *     does not cure rests longer and longer (reconcile R4), and is pulled as ever.
 *  I2 nothing lost: no effect deletes an unanswered entry, but for an ordered
 *     wipe; a failure of any kind leaves the outbox as it is. When the server
 *     has gone back, a push follows.
 *  I3 once: the same entries, with the same ids, are sent until answered.
 *  I5 scope: a revoked device empties its replica once nothing is unsent that can
 *     be sent, files included; a device to be wiped does nothing else until it has
 *     erased itself and said so.
 *  I7 clock-free: `now` decides only when to try again.
 *  I8 honest state: `verified` is true only after a pull that began after the
 *     last outcome or enqueue, was complete, and matched, and no pull failed since.
 *  I9 no stuck queue: push, pull and files wait and fail separately; none's
 *     failure changes another's phase.
 * Only a 401 from GET /session ends a session, and it erases nothing.
 * A lease that ran out starts and stops nothing here: it only shuts the screens.
 */
import { noLease, serverAnswered, timePassed } from './lease'
import type { Lease, Standing } from './ports'
import type { SyncProblem as Problem } from './contract'
import { MAX_MUTATIONS, mayBePoison } from './push'
import type { Channel, ChannelName, CoreEvent, CoreState, Effect, Step, Timed } from './steps'

export type * from './steps'

const FIRST_WAIT = 2_000
const LONGEST_WAIT = 5 * 60_000
const OUTDATED_WAIT = 60 * 60_000
const POLL = 4 * 60_000
const REPAIRS_IN_A_ROW = 2

const NAMES: readonly ChannelName[] = ['session', 'register', 'push', 'pull', 'files']
const idle = (): Channel => ({ phase: 'idle', want: false, failures: 0, until: 0, imposed: false })

/** What outlives a restart. */
export interface Kept {
  registered: boolean
  standing?: Standing
  lease?: Lease
}

export function initial({ registered, standing = 'active', lease = noLease() }: Kept): CoreState {
  return {
    registered,
    standing,
    lease,
    read: null,
    session: 'live',
    channels: { register: idle(), push: idle(), pull: idle(), files: idle(), session: idle() },
    limit: MAX_MUTATIONS,
    pollAt: 0,
    checksums: false,
    repairs: 0,
    verified: false,
    filesStay: false,
    problem: '',
  }
}

/** True while something is under way; files may be for long. */
export const isBusy = (s: CoreState, files = true): boolean =>
  NAMES.some((n) => s.channels[n].phase === 'busy' && (files || n !== 'files'))

export function step(before: CoreState, e: CoreEvent): Step {
  const s: CoreState = structuredClone(before)
  const effects: Effect[] = []
  const read = e.read ?? { wall: e.now, steady: e.now, attended: false }
  s.lease = timePassed(s.lease, s.read, read)
  s.read = read
  react(s, e, effects)
  start(s, e.now, effects)
  return { state: s, effects }
}

function react(s: CoreState, e: CoreEvent, effects: Effect[]): void {
  switch (e.type) {
    case 'kick':
      return ask(s, e.strong)
    case 'enqueued':
      s.verified = false
      s.channels.push.want = s.channels.files.want = true
      return
    case 'tick':
      if (e.now >= s.pollAt) ask(s, false)
      return
    case 'looked':
      return
    case 'registered':
      heard(s, e.now)
      s.registered = true
      succeed(s, 'register')
      return
    case 'signed_in':
      // On a device that erased itself somebody begins anew, under another name of it.
      if (s.standing === 'erased') effects.push({ do: 'renew' })
      s.session = 'live'
      if (s.problem === 'session_expired') s.problem = ''
      return ask(s, true)
    case 'session':
      if (e.live) heard(s, e.now)
      return sessionTold(s, e.live)
    case 'pushed':
      return pushed(s, e, effects)
    case 'sent':
      return sent(s, e, effects)
    case 'paged':
      return paged(s, e, effects)
    case 'repaired':
      s.channels.pull = { ...s.channels.pull, phase: 'idle', want: true }
      return
    case 'leased':
      s.lease = { ...s.lease, days: e.days }
      return
    case 'evicted':
      if (s.standing === 'revoked') s.standing = 'evicted'
      return wait(s, 'pull', OUTDATED_WAIT, e.now, 'device_revoked')
    case 'renewed':
      s.standing = 'active'
      s.registered = false
      return ask(s, true)
    case 'erased':
      s.standing = 'erased'
      s.verified = false
      succeed(s, 'pull')
      return
    case 'failed':
      return fail(s, e, effects)
  }
}

/** The server answered, and believed who asks. */
function heard(s: CoreState, now: number): void {
  s.lease = serverAnswered(s.lease, now)
}

/** Something suggests that there is work: a trigger, never proof of a network. */
function ask(s: CoreState, strong: boolean): void {
  for (const name of ['push', 'pull', 'files'] as const) s.channels[name].want = true
  if (!strong) return
  for (const name of NAMES) {
    const ch = s.channels[name]
    if (ch.phase === 'waiting' && !ch.imposed) s.channels[name] = { ...ch, phase: 'idle' }
  }
}

function succeed(s: CoreState, name: ChannelName): void {
  s.channels[name] = { ...idle(), want: s.channels[name].want }
  if (s.problem !== 'session_expired' && NAMES.every((n) => s.channels[n].failures === 0)) s.problem = ''
}

function sessionTold(s: CoreState, live: boolean): void {
  succeed(s, 'session')
  s.session = live ? 'live' : 'expired'
  if (!live) s.problem = 'session_expired'
}

function pushed(s: CoreState, e: Extract<CoreEvent, { type: 'pushed' }> & Timed, effects: Effect[]): void {
  if (e.answered > 0 || e.rewound) {
    s.verified = false
    s.channels.pull.want = true
    s.limit = Math.min(MAX_MUTATIONS, s.limit * 2)
    heard(s, e.now)
  }
  if (e.cloned) s.registered = false
  // Part of the answer made no sense: what did is stored, the rest is asked again later. A server that went back
  // judges nothing before it has what it lost: that is sent at once.
  if (e.unanswered > 0 && !e.rewound)
    return wait(s, 'push', backoff(s.channels.push.failures, e.jitter), e.now, 'server')
  succeed(s, 'push')
  if (e.more || e.rewound) s.channels.push.want = true
  // Files follow their records; of a revoked device they go before its rows, if they can.
  s.channels.files.want = true
  if (s.filesStay) flushed(s, effects)
}

function sent(s: CoreState, e: Extract<CoreEvent, { type: 'sent' }> & Timed, effects: Effect[]): void {
  if (e.heard) {
    heard(s, e.now)
    s.filesStay = false
  }
  if (e.pull) s.channels.pull.want = true
  succeed(s, 'files')
  if (e.more) s.channels.files.want = true
  else if (!e.held) flushed(s, effects)
}

/** Of a revoked device all is gone that can go. */
function flushed(s: CoreState, effects: Effect[]): void {
  const { push, pull } = s.channels
  if (s.standing !== 'revoked' || push.want || push.phase !== 'idle' || pull.phase === 'busy') return
  pull.phase = 'busy' // until 'evicted' or a failure: nothing is read into what is being emptied
  effects.push({ do: 'evict' })
}

function paged(s: CoreState, e: Extract<CoreEvent, { type: 'paged' }> & Timed, effects: Effect[]): void {
  const asked = s.checksums
  const again = s.channels.pull.want
  heard(s, e.now)
  if (s.standing === 'revoked' || s.standing === 'evicted') s.standing = 'active'
  s.filesStay = false
  if (e.rewound) s.channels.push.want = true
  s.checksums = false
  if (!e.complete) {
    succeed(s, 'pull')
    s.checksums = asked
    s.channels.pull.want = true
    return
  }
  s.pollAt = e.now + POLL * (0.75 + e.jitter / 2)
  s.channels.files.want = true // what a record says of its file may ask for it again
  if (e.verified) {
    succeed(s, 'pull')
    s.repairs = 0
    s.verified = !again && !s.channels.push.want
    return
  }
  s.verified = false
  if (e.resting) {
    succeed(s, 'pull')
    s.repairs = 0
    s.checksums = true // the next says at once whether it is still the same
  } else if (e.compare === 0 && !asked) {
    succeed(s, 'pull')
    s.checksums = true
    s.channels.pull.want = true
  } else if (e.compare > 0 && (s.repairs < REPAIRS_IN_A_ROW || s.repairs % 8 === 0)) {
    s.repairs++
    effects.push({ do: 'repair' }) // the channel stays busy until 'repaired' or a failure
  } else {
    // What repair does not cure is tried more and more rarely, never in a loop.
    wait(s, 'pull', backoff(s.repairs++, e.jitter), e.now, 'server')
  }
}

function fail(s: CoreState, e: Extract<CoreEvent, { type: 'failed' }> & Timed, effects: Effect[]): void {
  const { channel, failure } = e
  if (channel === 'pull') s.verified = false
  const pause = backoff(s.channels[channel].failures, e.jitter)
  if (failure.kind === 'no_answer') return wait(s, channel, pause, e.now, 'no_network')
  if (failure.kind === 'storage') return wait(s, channel, pause, e.now, failure.trouble)
  if (failure.status === 403 && ordered(s, failure.code)) return obey(s, channel, e.now, effects)
  if (channel === 'session') return wait(s, channel, pause, e.now, 'server')
  if (failure.status === 401) {
    s.channels.session.want = true
    return wait(s, channel, pause, e.now, s.problem)
  }
  if (channel === 'files' && failure.code === 'record_not_found') {
    s.channels.pull.want = true // it tells what became of the record
    return wait(s, channel, pause, e.now, s.problem)
  }
  if (failure.status === 409 && failure.code === 'device_unknown') {
    s.registered = false
    return wait(s, channel, pause, e.now, s.problem)
  }
  if (failure.status === 413 && channel === 'push') {
    s.limit = halved(s.limit, failure.sent)
    s.channels.push = { ...idle(), want: true, failures: s.channels.push.failures }
    return
  }
  // One record may be what the server fails on: smaller batches find it, and the driver sets it aside.
  if (channel === 'push' && mayBePoison(failure.status)) s.limit = halved(s.limit, failure.sent)
  if (failure.status === 426) return wait(s, channel, OUTDATED_WAIT, e.now, 'client_outdated')
  // Somebody has to make room first: asked again slowly, or when the person asks.
  const slowly = failure.code === 'too_many_devices' ? LONGEST_WAIT * (0.5 + e.jitter / 2) : pause
  const asked = (failure.retryAfter ?? 0) * 1000 * (1 + e.jitter / 4)
  wait(s, channel, Math.max(slowly, asked), e.now, TROUBLES[failure.code] ?? 'server', asked > 0)
}

/** What the server says of itself: nothing of what was sent is to blame. */
const TROUBLES: Partial<Record<string, Problem>> = {
  storage_full: 'server_full',
  data_damaged: 'server_damaged',
  too_many_devices: 'too_many_devices',
  pushed_enough: 'pushed_enough',
  too_often: 'too_often',
}

/** An order came as the answer to whatever was asked: what is unsent goes first, but before a wipe. */
function obey(s: CoreState, channel: ChannelName, now: number, effects: Effect[]): void {
  if (channel === 'session') {
    sessionTold(s, true) // the token is known, and good for sending what is unsent
    if (s.problem === 'session_expired') s.problem = ''
  }
  if (channel !== 'push') s.channels.push.want = true
  if (channel === 'files' || channel === 'register') s.filesStay = true
  if (s.standing === 'wiped') {
    if (channel !== 'pull') succeed(s, channel)
    if (channel === 'pull' || s.channels.pull.phase !== 'busy') s.channels.pull = { ...idle(), want: true }
    return
  }
  if (channel !== 'session') wait(s, channel, OUTDATED_WAIT, now, 'device_revoked')
  if (channel === 'register' && s.channels.pull.phase !== 'busy') {
    s.channels.pull.phase = 'busy' // it can neither send nor pull: what it holds goes, unless something is unsent
    effects.push({ do: 'evict' })
  }
}

/** Whether a refusal is an order for this device; then it stands so. */
function ordered(s: CoreState, code: string): boolean {
  if (code === 'device_wiped') s.standing = 'wiped'
  else if (code === 'device_revoked' && s.standing === 'active') s.standing = 'revoked'
  return code === 'device_wiped' || code === 'device_revoked'
}

const halved = (limit: number, sent = limit): number => Math.max(1, Math.floor(Math.min(limit, sent) / 2))

/** Exponential, capped, spread over its upper half. */
export function backoff(failures: number, jitter: number): number {
  return Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.min(failures, 20)) * (0.5 + jitter / 2)
}

function wait(s: CoreState, name: ChannelName, ms: number, now: number, problem: Problem, imposed = false): void {
  const ch = s.channels[name]
  s.channels[name] = { phase: 'waiting', want: true, failures: ch.failures + 1, until: now + ms, imposed }
  if (s.problem !== 'session_expired') s.problem = problem
}

/** Starts every channel that may start, and says when to look again. */
function start(s: CoreState, now: number, effects: Effect[]): void {
  for (const name of NAMES) {
    const ch = s.channels[name]
    // A wait longer than any we ask for means that the clock was set back.
    const over = now >= ch.until || ch.until - now > 2 * OUTDATED_WAIT
    if (ch.phase === 'waiting' && over) s.channels[name] = { ...ch, phase: 'idle', want: true }
  }
  if (s.pollAt - now > 2 * POLL) {
    s.pollAt = now // so does a poll farther away than any: it would not come for as long as the clock was ahead
    s.channels.pull.want = true
  }
  const { session, register, push, pull, files } = s.channels
  if (s.standing === 'erased') return
  if (!s.registered && (push.want || pull.want)) register.want = true
  begin(session, true, () => effects.push({ do: 'session' }))
  const open = s.session === 'live' && session.phase !== 'busy'
  const wiped = s.standing === 'wiped'
  begin(register, open && !s.registered && !wiped, () => effects.push({ do: 'register' }))
  begin(push, open && s.registered && !wiped, () => effects.push({ do: 'push', limit: s.limit }))
  begin(files, open && s.registered && !wiped, () => effects.push({ do: 'send' }))
  // Erasing needs neither a session nor a name; telling the server of it comes after.
  if (wiped) begin(pull, true, () => effects.push({ do: 'wipe' }))
  else begin(pull, open && s.registered, () => effects.push({ do: 'pull', checksums: s.checksums }))
  const times = NAMES.filter((n) => s.channels[n].phase === 'waiting').map((n) => s.channels[n].until)
  if (s.pollAt > now) times.push(s.pollAt)
  if ((s.session === 'live' || wiped) && times.length > 0) effects.push({ do: 'wake', at: Math.min(...times) })
}

function begin(ch: Channel, allowed: boolean, effect: () => void): void {
  if (!ch.want || ch.phase !== 'idle' || !allowed) return
  ch.phase = 'busy'
  ch.want = false
  effect()
}
