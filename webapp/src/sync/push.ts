/**
 * What to send and what an answer means. Pure. Invariants:
 *  P1 an entry changes state only by an outcome that names its id (I2);
 *  P2 an answer that is short, out of order or of unknown shape changes nothing (I2, I3);
 *  P3 one entry that cannot be sent or judged holds up no other (I9), except
 *     what depends on it: that must not reach the server first.
 */
import { isMadeHere } from '../domain/records'
import type { OutboxEntry, Outcome } from './contract'
import { parentOf } from './entries'
import type { Mark, Answered, Told, Verdict, WorkMeta } from './ports'
import type { PushAnswer } from './wire'

export const MAX_MUTATIONS = 500
export const MAX_BYTES = 256 * 1024

const utf8 = new TextEncoder()

/**
 * What may go now, while some groups are set aside because the server failed on
 * one of theirs alone. What changes a record of such a group waits with it, and so
 * does what is a part of it: without its whole a corrected part would be refused.
 *
 * @param pending oldest first
 */
export function sendable(pending: readonly OutboxEntry[], aside: ReadonlySet<string>): OutboxEntry[] {
  const held = new Set(pending.filter((e) => aside.has(e.group)).map((e) => e.mutation.record))
  return pending.filter((entry) => {
    const { record } = entry.mutation
    const waits = aside.has(entry.group) || held.has(record) || held.has(parentOf(entry))
    if (waits) held.add(record) // and so does what changes it
    return !waits
  })
}

/** A failure that may be due to one record in the batch: not the network, the session, the load or the size. */
export function mayBePoison(status: number): boolean {
  return status === 400 || status === 422 || (status >= 500 && ![502, 503, 504].includes(status))
}

/** The oldest entries that fit one request; always at least one, so that a large one cannot block (P3). */
export function chooseBatch(pending: readonly OutboxEntry[], limit: number, maxBytes = MAX_BYTES): OutboxEntry[] {
  const batch: OutboxEntry[] = []
  let bytes = 0
  for (const entry of [...pending].sort((a, b) => a.counter - b.counter)) {
    bytes += utf8.encode(JSON.stringify(entry.mutation)).length + 1
    if (batch.length > 0 && (batch.length >= limit || bytes > maxBytes)) break
    batch.push(entry)
  }
  return batch
}

/** Outcomes to store; entries whose outcome we do not understand stay as they were (P2). */
export function judge(sent: readonly OutboxEntry[], answer: PushAnswer, now: number): Answered[] {
  const acked_at = new Date(now).toISOString()
  return sent.flatMap((entry, i) => {
    const outcome = answer.outcomes[i]
    return outcome && !isCloned(outcome)
      ? [{ counter: entry.counter, id: entry.id, outcome, acked_at, server_time: answer.server_time }]
      : []
  })
}

/** The server knows this counter under another id: this device is a copy of another and needs a name of its own. */
export function isCloned(outcome: Outcome | null): boolean {
  return outcome?.errors?.some((e) => e.code === 'device_counter_reused') ?? false
}

/** A single mutation the server will not even read: nothing of it was stored, and only the person can shorten it. */
export function tooLarge(entry: OutboxEntry, now: number): Answered {
  const outcome: Outcome = {
    id: entry.id,
    status: 'rejected',
    errors: [
      {
        code: 'body_too_large',
        message: 'Es demasiado grande para enviarse. Acorte los textos y vuelva a registrarlo.',
      },
    ],
  }
  return { counter: entry.counter, id: entry.id, outcome, acked_at: new Date(now).toISOString(), server_time: '' }
}

/** The entry after its outcome, or null where it has one already or is another's. */
export function answered(entry: OutboxEntry | undefined, s: Answered): OutboxEntry | null {
  if (!entry || entry.id !== s.id || entry.state !== 'pending') return null
  const { review, ...rest } = entry
  return {
    ...rest,
    // Parked once more: the decision was lost with the server's newer past.
    ...(review && s.outcome.status !== 'parked' ? { review } : {}),
    state: s.outcome.status,
    outcome: s.outcome,
    acked_at: s.acked_at,
    acked_server_time: s.server_time,
  }
}

/**
 * Refused only because what it hangs on, or changes, was not at the server: when
 * that comes, the server judges it again. What only the server makes is waited for
 * by nothing.
 */
export function waits({ state, outcome, mutation }: OutboxEntry): boolean {
  const [problem, ...others] = outcome?.errors ?? []
  const missing = problem?.code === 'parent_not_found' || problem?.code === 'record_not_found'
  return state === 'rejected' && missing && others.length === 0 && isMadeHere(mutation.collection)
}

/** What a server that went back may have forgotten: what took effect, what it had taken for review, what waits. */
export function mayBeLost(entry: OutboxEntry): boolean {
  if (entry.state === 'rejected') return (refusedByReview(entry) || waits(entry)) && entry.redone_as === undefined
  return entry.state === 'applied' || entry.state === 'parked'
}

function refusedByReview({ state, review, outcome }: OutboxEntry): boolean {
  return state === 'rejected' && (review !== undefined || outcome?.reviewed === true)
}

/** Whether this may still decide it: it is parked, or waits, or was refused by a review that a server that went back may have lost. */
function decides({ outcome }: Verdict, entry: OutboxEntry): boolean {
  if (waits(entry)) return outcome.seq !== entry.outcome?.seq
  const reviewable = entry.state === 'parked' || refusedByReview(entry)
  return reviewable && outcome.status !== 'parked' && outcome.status !== entry.state
}

/** An acknowledged entry once more to be sent, because the server forgot that it had answered. */
export function replayed({ outcome, acked_at: _, acked_server_time: __, ...entry }: OutboxEntry): OutboxEntry {
  return { ...entry, state: 'pending', ...(outcome ? { was: outcome } : {}) }
}

/**
 * An entry with what was decided since, or null where that changes nothing. What
 * was refused and corrected is not sent again to a server that went back: this is
 * how its author learns that it was accepted there after all.
 */
export function reviewed(entry: OutboxEntry, verdict: Verdict | undefined): OutboxEntry | null {
  if (!verdict || !decides(verdict, entry)) return null
  const { outcome, review } = verdict
  return { ...entry, state: outcome.status, outcome, ...(review ? { review } : {}) }
}

/** The marks still to be confirmed after an answer: not those it was asked about, but its own. */
export function withMark(meta: WorkMeta, { sent, mark }: Told): WorkMeta {
  const same = (a: Mark, b: Mark): boolean => a.epoch === b.epoch && a.seq === b.seq && a.nonce === b.nonce
  const left = meta.marks.filter((m) => !sent.some((s) => same(s, m)))
  return { ...meta, marks: left.some((m) => same(m, mark)) ? left : [...left, mark] }
}

/** What is durable at the server stays for so long all the same. */
export const KEEP_MS = 14 * 24 * 3600 * 1000

/** Whether an applied entry may be forgotten. By the server's clock alone (I7). */
export function prunable(entry: OutboxEntry, durableSeq: number, serverTime: string): boolean {
  if (entry.state !== 'applied' || entry.outcome?.seq === undefined) return false
  const age = Date.parse(serverTime) - Date.parse(entry.acked_server_time ?? '')
  return durableSeq >= entry.outcome.seq && age >= KEEP_MS
}
