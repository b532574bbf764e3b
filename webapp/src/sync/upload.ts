/**
 * How a file goes over: which request is next, and what an answer to it means. Pure;
 * four requests of tus, one at a time. Invariants:
 *  U1 nothing is sent from a place that the server did not name, but the beginning of
 *     an upload that it has just made; what it doubts is looked up (I3);
 *  U2 a file counts as stored only where the server says so of these very bytes: by
 *     their hash, or because its record has them already (I2);
 *  U3 an answer that makes no sense changes nothing;
 *  U4 a file that is refused, or that the server fails on, holds up no other (I9).
 */
import type { DeviceFile } from './contract'
import type { BytesAnswer } from './ports'
import type { FilePart } from './reader'
import { faultCode } from './wire'

/** Two links in the field carry so much between two cuts. */
export const PIECE = 256 * 1024

export interface Part {
  part: FilePart
  hash: string
  size: number
}

/** What of it is sent now: first its thumbnail, by which it is known at once. */
export function partOf({ facts, thumbSent }: DeviceFile): Part {
  const { thumb, thumb_size = 0, sha256, size } = facts
  return thumb !== undefined && thumb_size > 0 && !thumbSent
    ? { part: 'thumb', hash: thumb, size: thumb_size }
    : { part: 'file', hash: sha256, size }
}

/** The thumbnails first, then the files; of each the oldest. */
export function nextFile(sendable: readonly DeviceFile[], aside: ReadonlySet<string>): DeviceFile | undefined {
  const ready = sendable.filter((f) => !aside.has(f.id))
  return ready.find((f) => partOf(f).part === 'thumb') ?? ready[0]
}

export type Ask = { do: 'begin' } | { do: 'look' } | { do: 'send'; from: number; to: number } | { do: 'finish' }

/** @param offset how much the server holds of the part, by its own word; undefined where that is not known */
export function askFor(file: DeviceFile, { size }: Part, offset: number | undefined, piece = PIECE): Ask {
  if (file.upload === '') return { do: 'begin' }
  if (offset === undefined || offset > size) return { do: 'look' }
  return offset < size ? { do: 'send', from: offset, to: Math.min(size, offset + piece) } : { do: 'finish' }
}

export interface Request {
  method: 'POST' | 'HEAD' | 'PATCH'
  path: string
  headers: Record<string, string>
  body?: ArrayBuffer
}

const TUS = { 'Tus-Resumable': '1.0.0' }

/** @param data the bytes of the part */
export function requestFor(ask: Ask, file: DeviceFile, part: Part, data: ArrayBuffer): Request {
  const path = `/uploads/${file.upload}`
  switch (ask.do) {
    case 'begin': {
      const told = { collection: file.collection, record: file.id, part: part.part, sha256: part.hash }
      const metadata = Object.entries(told).map(([key, value]) => `${key} ${btoa(value)}`)
      const headers = { ...TUS, 'Upload-Length': String(part.size), 'Upload-Metadata': metadata.join(',') }
      return { method: 'POST', path: '/uploads', headers }
    }
    case 'look':
      return { method: 'HEAD', path, headers: TUS }
    case 'send': {
      const headers = { ...TUS, 'Content-Type': 'application/offset+octet-stream', 'Upload-Offset': String(ask.from) }
      return { method: 'PATCH', path, headers, body: data.slice(ask.from, ask.to) }
    }
    case 'finish':
      return { method: 'POST', path: `${path}/complete`, headers: TUS }
  }
}

export type Meaning =
  | { is: 'begun'; upload: string; offset: number }
  | { is: 'at'; offset: number }
  | { is: 'stored' }
  /** The upload is not there any more. */
  | { is: 'anew' }
  | { is: 'unsure' }
  /** What came together has another hash: let go of, to be sent again. */
  | { is: 'damaged' }
  /** Its record is not there. */
  | { is: 'missing' }
  | { is: 'refused'; code: string }
  /** The server fails on this one. */
  | { is: 'poison' }
  /** It is not about this file: the network, the session, the load, an order. */
  | { is: 'failed' }

/** Of the server's state, not of what was sent. */
const NOT_ABOUT_IT = new Set([401, 402, 407, 408, 425, 426, 429, 502, 503, 504, 507])
/** An order, or too much is on its way. */
const NOT_ITS_FAULT = new Set(['device_revoked', 'device_wiped', 'upload_quota_person', 'upload_quota_total'])

export function meaningOf(ask: Ask, part: Part, answer: BytesAnswer): Meaning {
  const { status } = answer
  if (status >= 200 && status < 300) return taken(ask, part, answer)
  const code = faultCode(answer.body)
  if (status < 400 || NOT_ABOUT_IT.has(status) || NOT_ITS_FAULT.has(code)) return { is: 'failed' }
  if (code === 'record_not_found') return { is: 'missing' }
  if (code === 'file_hash_mismatch') return { is: 'damaged' }
  if (ask.do !== 'begin' && (status === 404 || status === 410)) return { is: 'anew' }
  if (status === 409 && ask.do !== 'begin') return { is: 'unsure' }
  if (status >= 500) return { is: 'poison' }
  // Without a word of ours it may be anybody's, as a hotspot's page.
  return code === '' ? { is: 'failed' } : { is: 'refused', code }
}

function taken(ask: Ask, { hash, size }: Part, { status, headers, body }: BytesAnswer): Meaning {
  if (ask.do === 'begin' || ask.do === 'finish') {
    const { stored, sha256 } = (body ?? {}) as { stored?: unknown; sha256?: unknown }
    // Named, it has to be this one.
    if (stored === true && (ask.do === 'begin' ? (sha256 ?? hash) : sha256) === hash) return { is: 'stored' }
    const [, upload] = /\/uploads\/([A-Za-z0-9_-]+)$/.exec(headers['location'] ?? '') ?? []
    if (ask.do !== 'begin' || status !== 201 || !upload) return { is: 'failed' }
    // One that was there already says how much it holds, at the latest when it is sent to.
    return { is: 'begun', upload, offset: Number(headers['upload-offset'] ?? 0) || 0 }
  }
  const told = headers['upload-offset'] ?? ''
  const offset = Number(told)
  if (!/^\d+$/.test(told) || offset > size) return ask.do === 'send' ? { is: 'unsure' } : { is: 'failed' }
  return ask.do === 'send' && offset <= ask.from ? { is: 'unsure' } : { is: 'at', offset }
}
