/**
 * Reads answers with suspicion: what is not entirely of its shape counts as no
 * answer, so that nothing half-understood is ever stored.
 */
import type { Outcome } from './contract'
import type { Mark, PullPage, Witness } from './ports'

type Obj = Record<string, unknown>
const isObj = (v: unknown): v is Obj => typeof v === 'object' && v !== null && !Array.isArray(v)
const isStr = (v: unknown): v is string => typeof v === 'string'
const isInt = (v: unknown): v is number => Number.isSafeInteger(v)
const isHex = (v: unknown): v is string => isStr(v) && /^[0-9a-f]{16}$/.test(v)
const every = (v: unknown, test: (x: Obj) => boolean): boolean =>
  Array.isArray(v) && v.every((x) => isObj(x) && test(x))

const isCursor = (v: unknown): boolean =>
  isObj(v) &&
  isStr(v.node) &&
  isInt(v.epoch) &&
  every(v.at, (g) => isInt(g.seq) && isStr(g.nonce) && Array.isArray(g.buckets) && g.buckets.every(isInt))

const isMark = (v: unknown): v is Obj & Mark => isObj(v) && isInt(v.epoch) && isInt(v.seq) && isStr(v.nonce)

const isWitness = (v: Obj): boolean => isMark(v.mark) && (v.rewound === undefined || typeof v.rewound === 'boolean')

const isName = (x: Obj): boolean => isInt(x.handle) && x.handle >= 0 && isStr(x.name)

const isTrailer = (v: unknown): boolean =>
  isObj(v) &&
  typeof v.complete === 'boolean' &&
  isInt(v.puts) &&
  isInt(v.removes) &&
  (v.complete ? isHex(v.total) : true) &&
  (v.buckets === undefined || every(v.buckets, (b) => isInt(b.handle) && isInt(b.count) && isHex(b.sum)))

/** A whole page whose trailer tells the same as its body, or null. */
export function readPage(body: unknown): PullPage | null {
  if (!isObj(body)) return null
  const whole =
    typeof body.reset === 'boolean' &&
    isStr(body.server_time) &&
    isStr(body.business_date) &&
    isWitness(body) &&
    every(body.enter, isName) &&
    (body.reconcile === undefined || every(body.reconcile, isName)) &&
    Array.isArray(body.drop) &&
    body.drop.every(isInt) &&
    every(body.puts, (p) => isInt(p.b) && isStr(p.c) && isStr(p.id) && isInt(p.rev) && isObj(p.data)) &&
    every(body.removes, (r) => isInt(r.b) && isStr(r.c) && isStr(r.id)) &&
    isCursor(body.cursor) &&
    isInt(body.durable_seq) &&
    isTrailer(body.trailer)
  if (!whole) return null
  const page = body as unknown as PullPage
  if (page.trailer.puts !== page.puts.length || page.trailer.removes !== page.removes.length) return null
  return page.reset && !isSelfContained(page) ? null : page
}

/** After a reset the replica holds nothing but what the page enters: it must not be emptied for a page of anything else. */
function isSelfContained({ enter, puts, removes, reconcile = [] }: PullPage): boolean {
  const entered = new Set(enter.map((e) => e.handle))
  const used = [...puts.map((p) => p.b), ...removes.map((r) => r.b), ...reconcile.map((r) => r.handle)]
  return used.every((handle) => entered.has(handle))
}

export interface PushAnswer extends Witness {
  /** One for each mutation sent, in order; null where the outcome is none we know or names another. */
  outcomes: (Outcome | null)[]
  /** Every outcome names what was sent; else what it says of history is not about this request. */
  ours: boolean
  durable_seq: number
  server_time: string
}

function readOutcome(v: Obj): Outcome | null {
  const known = v.status === 'applied' || v.status === 'rejected' || v.status === 'parked'
  const whole =
    known &&
    (v.seq === undefined || isInt(v.seq)) &&
    (v.rev === undefined || isInt(v.rev)) &&
    (v.lost === undefined || (Array.isArray(v.lost) && v.lost.every(isStr))) &&
    (v.conflict === undefined || isStr(v.conflict)) &&
    (v.reviewed === undefined || typeof v.reviewed === 'boolean') &&
    (v.errors === undefined || every(v.errors, (e) => isStr(e.code) && isStr(e.message)))
  return whole ? (v as unknown as Outcome) : null
}

/**
 * The answer to a push of exactly these mutation ids, or null. One that says `rewound` judged nothing. Should it be
 * about another request it is believed all the same: it only makes what was acknowledged be sent again.
 */
export function readPush(body: unknown, ids: readonly string[]): PushAnswer | null {
  if (!isObj(body) || !isInt(body.durable_seq) || !isStr(body.server_time) || !isWitness(body)) return null
  const results = body.results
  if (!Array.isArray(results)) return null
  if (results.length !== ids.length && !(body.rewound === true && results.length === 0)) return null
  const own = (r: unknown, i: number): r is Obj => isObj(r) && r.id === ids[i]
  const ours = results.every(own)
  return {
    outcomes: ids.map((_, i) => (own(results[i], i) ? readOutcome(results[i]) : null)),
    ours,
    durable_seq: body.durable_seq,
    server_time: body.server_time,
    mark: body.mark as Mark,
    rewound: ours && body.rewound === true,
  }
}

export interface ListedRow {
  c: string
  id: string
  rev: number
  /** 16 hex digits. */
  digest: string
}

/** A page of what a bucket holds: answer of POST /sync/digests. */
export interface Listing {
  /** The commit it was read at. */
  at: Mark
  name: string
  rows: ListedRow[]
  /** The key to go on with, '' at the end. */
  next: string
}

export function readListing(body: unknown): Listing | null {
  if (!isObj(body) || !isMark(body) || !isStr(body.name) || !isStr(body.next) || !isObj(body.rows)) return null
  const { c, id, rev, digest } = body.rows
  if (!Array.isArray(c) || !Array.isArray(id) || !Array.isArray(rev) || !Array.isArray(digest)) return null
  if (id.length !== c.length || rev.length !== c.length || digest.length !== c.length) return null
  if (!c.every(isStr) || !id.every(isStr) || !rev.every(isInt) || !digest.every(isHex)) return null
  return {
    at: { epoch: body.epoch, seq: body.seq, nonce: body.nonce },
    name: body.name,
    rows: c.map((_, n) => ({ c: c[n]!, id: id[n]!, rev: rev[n]!, digest: digest[n]! })),
    next: body.next,
  }
}

export interface FetchedRow {
  c: string
  id: string
  rev: number
  data: Record<string, unknown>
}

/** Rows by key: answer of POST /sync/rows. */
export function readRows(body: unknown): FetchedRow[] | null {
  if (!isObj(body) || !every(body.rows, (r) => isStr(r.c) && isStr(r.id) && isInt(r.rev) && isObj(r.data))) return null
  return body.rows as FetchedRow[]
}

/** Whether a body is an answer of `GET /session`. */
export function isSession(body: unknown): boolean {
  return isObj(body) && isStr(body.user)
}

export function readDevice(body: unknown): { device: string; last_counter: number } | null {
  if (!isObj(body) || !isStr(body.device) || !body.device || !isInt(body.last_counter)) return null
  return { device: body.device, last_counter: body.last_counter }
}

/** The stable code of a fault body, or ''. */
export function faultCode(body: unknown): string {
  return isObj(body) && isObj(body.error) && isStr(body.error.code) ? body.error.code : ''
}
