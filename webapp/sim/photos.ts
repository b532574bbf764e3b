/**
 * What a person photographs, and what must be true of it (F): until he drops it, it is
 * on his phone, on its own record and of the very bytes he saw, until the server has
 * them durably; and at the server once, on that record. Bytes, hashes and parents are
 * his own memory: nothing of it comes from what the product says of the file.
 */
import { createHash } from 'node:crypto'
import type { Captured } from '../src/sync/contract'
import type { Violation } from './invariants'
import type { OfficeLog } from './merge'
import type { SimPhone } from './phone'
import type { Rng } from './rng'
import type { ServerState, TableRow } from './server'

export interface Photo {
  collection: string
  parent: string
  sha256: string
  /** It is not what it is said to be: the server has to refuse it. */
  bad?: boolean
  /** The phone has known it to be at the server for good. */
  safe?: boolean
}

const PARENT: Record<string, string> = {
  visit_photos: 'visit',
  finding_photos: 'finding',
  rendicion_documents: 'rendicion',
}

/** One grey point, as a JPEG: frame, scan, end. What makes each picture another is a comment in it. */
const START = [0xff, 0xd8]
const POINT = [
  ...[0xff, 0xc0, 0, 11, 8, 0, 1, 0, 1, 1, 1, 0x11, 0],
  ...[0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0x55],
  ...[0xff, 0xd9],
]

function picture(rng: Rng, size: number): Buffer {
  const words = Array.from({ length: size }, () => rng.int(256))
  return Buffer.from([...START, 0xff, 0xfe, (size + 2) >> 8, (size + 2) & 255, ...words, ...POINT])
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const asBuffer = (bytes: Buffer): ArrayBuffer => new Uint8Array(bytes).buffer

export interface Shot {
  file: Captured
  bytes: ArrayBuffer
  thumb: ArrayBuffer
  photo: Photo
}

/** Takes a picture of a record, for the draft that is to send it. */
export function shoot(
  { rng, now }: { rng: Rng; now: number },
  { collection, parent, draft, intervention }: Pick<Captured, 'collection' | 'parent' | 'draft' | 'intervention'>,
): Shot {
  const bytes = picture(rng, 300 + rng.int(1800))
  const thumb = picture(rng, 60 + rng.int(60))
  const sha256 = hashOf(bytes)
  const at = new Date(now).toISOString()
  const facts = {
    sha256,
    size: bytes.length,
    mime: 'image/jpeg',
    thumb: hashOf(thumb),
    thumb_size: thumb.length,
    width: 1,
    height: 1,
    source: 'camera' as const,
    captured_at: at,
  }
  const file = { id: rng.recordId(), collection, parent, draft, intervention, label: 'Foto', created_at: at, facts }
  return { file, bytes: asBuffer(bytes), thumb: asBuffer(thumb), photo: { collection, parent, sha256 } }
}

/** A page of a rendición, in a draft of its own; now and then it is called what it is not. */
export function scan(
  { rng, now }: { rng: Rng; now: number },
  {
    id,
    parent,
    intervention,
    kind,
    replaces,
  }: Pick<Captured, 'id' | 'parent' | 'intervention'> & {
    kind: string
    replaces: string
  },
): Shot {
  const collection = 'rendicion_documents'
  const bytes = picture(rng, 300 + rng.int(1800))
  const bad = rng.chance(0.06)
  const sha256 = hashOf(bytes)
  const at = new Date(now).toISOString()
  const facts = {
    sha256,
    size: bytes.length,
    ...(bad ? { mime: 'application/pdf', name: 'hoja.pdf' } : { mime: 'image/jpeg', name: 'hoja.jpg' }),
    source: 'file' as const,
    captured_at: at,
    kind,
    ...(replaces ? { replaces } : {}),
  }
  const file = { id, collection, parent, draft: id, intervention, label: 'Documento', created_at: at, facts }
  return { file, bytes: asBuffer(bytes), thumb: new ArrayBuffer(0), photo: { collection, parent, sha256, bad } }
}

/** Between any two things that happen: what is wrong with the files on a phone. */
export function missing(phone: SimPhone): string[] {
  const { files, bytes, drafts, outbox } = phone.disk
  return [...phone.photos].flatMap(([id, photo]) => {
    const file = files.get(id)
    if (!file) return photo.safe || forgotten(phone, id) ? [] : [`lost photograph ${id}`]
    photo.safe = file.proven !== ''
    if (file.parent !== photo.parent || file.collection !== photo.collection)
      return [`has photograph ${id} on another record`]
    if (file.draft !== '' && !drafts.has(file.draft)) return [`has photograph ${id} in no draft`]
    if (file.state !== 'draft' && file.counter > 0 && outbox.get(file.counter)?.mutation.record !== id)
      return [`has photograph ${id} on no entry`]
    const kept = bytes.get(photo.sha256)
    if (!file.held) return file.proven === '' ? [`let go of photograph ${id} before it was safe`] : []
    if (!kept || hashOf(new Uint8Array(kept)) !== photo.sha256) return [`lost the bytes of photograph ${id}`]
    return []
  })
}

/** Its entry is gone by the person's own wish, or the record is: then there is nothing left to keep. */
const forgotten = (phone: SimPhone, id: string): boolean =>
  phone
    .entries()
    .some(
      (e) =>
        e.mutation.op === 'delete' && (e.mutation.record === id || e.mutation.record === phone.photos.get(id)?.parent),
    )

const broken = (what: string): Violation => ({ invariant: 'F files', what })

/** In the end: what was taken of a file's record, the server has of its bytes; and of nothing else. */
export function filed(
  state: ServerState,
  phones: readonly SimPhone[],
  log: OfficeLog,
  deaf: (p: SimPhone) => boolean,
): Violation[] {
  const rows = new Map<string, TableRow>()
  for (const c of Object.keys(PARENT)) for (const row of state.tables[c] ?? []) rows.set(`${c}/${row.id}`, row)
  const known = new Map(phones.flatMap((p) => [...p.photos].map(([id, photo]) => [`${photo.collection}/${id}`, photo])))
  return [
    ...Object.entries(state.contents).flatMap(([hash, found]) =>
      found === hash || found === '' ? [] : [broken(`what is kept under ${hash} is ${found}`)],
    ),
    ...[...rows].flatMap(([key, row]) => mistaken(key, row, known.get(key), state)),
    ...phones.filter((p) => !p.wiped && !deaf(p)).flatMap((p) => unstored(p, rows, log)),
  ]
}

function mistaken(key: string, row: TableRow, photo: Photo | undefined, state: ServerState): Violation[] {
  if (!photo) return [] // of a phone that was wiped, or dropped when it was refused elsewhere
  const on = row[PARENT[photo.collection]!]
  if (on !== photo.parent) return [broken(`${key} is on ${String(on)}, not on ${photo.parent}`)]
  if (row.sha256 !== photo.sha256) return [broken(`${key} says another content`)]
  if (row.stored_at && state.contents[photo.sha256] !== photo.sha256)
    return [broken(`${key} says that it is stored, and its bytes are not those`)]
  if (row.stored_at && photo.bad) return [broken(`${key} is stored, and it is not what it says`)]
  return []
}

function unstored(phone: SimPhone, rows: ReadonlyMap<string, TableRow>, log: OfficeLog): Violation[] {
  return [...phone.photos].flatMap(([id, { collection, bad }]) => {
    const file = phone.disk.files.get(id)
    const row = rows.get(`${collection}/${id}`)
    // Let go of in time, and the server has gone back behind it.
    if (!file || !row || (!file.held && log.restored > 0)) return []
    if (row.stored_at && file.state === 'stored') return []
    if (bad && file.state === 'refused' && row.refusal) return []
    return [
      broken(
        `${phone.name} photograph ${id} is ${file.state} ${file.refusal}; the server has it ${row.stored_at ? '' : 'not '}stored`,
      ),
    ]
  })
}
