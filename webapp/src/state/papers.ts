/** Documents of a rendición on this device: put down whole, and then in the outbox, whatever ends the page between. */
import { MAX_DOCUMENTS, MAX_FILE_BYTES } from '../domain/account'
import { limaIso } from '../domain/day'
import { documentProblem, HEAD_BYTES, mediaTypeOf, type DocumentProblem, type PaperTrouble } from '../domain/document'
import { troubleOf } from '../domain/storage'
import type { DocumentForm } from '../domain/writing'
import type { Draft, FileFacts, NewMutation } from '../sync/contract'
import { recordId } from '../sync/ids'
import { papersIn } from './account'
import { hashFile } from './hash'
import { asJpeg } from './photo'
import { preparePicture, PictureTrouble } from './picture'
import type { Row } from './replica'
import { sync } from './sync.svelte'

/** What a document is of, and what the sync centre calls it. */
export interface PaperOf {
  rendicion: string
  intervention: string
  kind: string
  /** The document in force that it takes the place of; ''. */
  replaces: string
  label: string
}

/** What was taken with a camera, as it came. */
export interface Page {
  picture: Blob | ImageBitmap
  name: string
  /** By this device's clock, ms. */
  at: number
}

interface Ready {
  bytes: ArrayBuffer
  thumb: ArrayBuffer
  facts: FileFacts
}

class Trouble extends Error {
  constructor(readonly why: PaperTrouble) {
    super(why)
  }
}
const reason = (error: unknown): PaperTrouble =>
  error instanceof Trouble ? error.why : error instanceof PictureTrouble ? error.problem : troubleOf(error)

const draftOf = (id: string, intervention: string, body: DocumentForm): Draft => ({
  id,
  kind: 'document',
  intervention,
  version: 1,
  saved_at: limaIso(Date.now()),
  body,
})

/** One tab after the other, one document after the other: what one of them has half done no other takes up. */
const alone = <T>({ rendicion }: Pick<PaperOf, 'rendicion'>, work: () => Promise<T>): Promise<T> =>
  navigator.locks.request(`chaski-documents-${rendicion}`, work)

/**
 * Keeps a file as it was chosen, byte for byte; a HEIC as the JPEG that the browser makes of it.
 *
 * @param wanted its SHA-256, where it has to be one that was chosen before; else ''
 * @param progress how much of it is read
 * @returns '' where it is on disk and in the outbox, else why not
 */
export async function keepFile(
  of: PaperOf,
  chosen: File,
  wanted: string,
  progress: (bytes: number) => void,
): Promise<PaperTrouble | ''> {
  try {
    const file = await looked(chosen)
    const sha256 = await hashFile(file, progress).catch(() => '')
    if (sha256 === '') throw new Trouble('unreadable')
    if (wanted !== '' && sha256 !== wanted) throw new Trouble('other')
    const bytes = await file.arrayBuffer().catch(() => undefined)
    if (bytes?.byteLength !== file.size) throw new Trouble('unreadable')
    const facts = factsOf(
      of,
      { sha256, size: file.size, mime: mediaTypeOf(file.name), name: file.name },
      'file',
      Date.now(),
    )
    return await alone(of, () => put(recordId(), of, { bytes, thumb: new ArrayBuffer(0), facts }))
  } catch (error) {
    return reason(error)
  }
}

/** Keeps a page that was photographed: what a camera gave as bytes is put down as it came first. */
export function keepPage(of: PaperOf, page: Page): Promise<PaperTrouble | ''> {
  return alone(of, async () => {
    const id = recordId()
    try {
      await sync.engine.saveDraft(draftOf(id, of.intervention, { rendicion: of.rendicion }))
      const { picture, ...about } = page
      if (picture instanceof Blob) {
        const data = await picture.arrayBuffer()
        await sync.engine.stash({ id, draft: id, about: { of, ...about }, type: picture.type, data })
      }
      return await put(id, of, await readied(of, page))
    } catch (error) {
      await sync.engine.discard(id).catch(() => undefined) // it is said not to be kept: it must not come back
      return reason(error)
    }
  })
}

/** Goes on with what was put down and is in no outbox, because a page ended. */
export function takeUp(rendicion: string): Promise<{ name: string; why: PaperTrouble }[]> {
  return alone({ rendicion }, async () => {
    const refused: { name: string; why: PaperTrouble }[] = []
    const drafts = (await sync.read.drafts()).filter((d) => (d.body as DocumentForm).rendicion === rendicion)
    for (const { id, kind, body } of drafts) {
      if (kind !== 'document' || kept.has(id)) continue
      const [file] = await sync.read.files({ draft: id })
      const raw = await sync.read.raw(id)
      if (file && !(body as DocumentForm).dropped) await send(id, file.label, file.intervention)
      else if (raw) {
        const { of, name, at } = raw.about as Omit<Page, 'picture'> & { of: PaperOf }
        const page = { name, at, picture: new Blob([raw.data], { type: raw.type }) }
        const why = await readied(of, page)
          .then((ready) => put(id, of, ready))
          .catch(reason)
        if (why !== '') {
          refused.push({ name, why })
          await sync.engine.discard(id)
        }
      } else await sync.engine.discard(id)
    }
    return refused
  })
}

/** Taken away on this page, and to be put back as long as it lives. */
const kept = new Set<string>()

/** Takes back a document that was never presented. Answers the way back: whether it is there again. */
export async function withdraw(
  doc: Row<'rendicion_documents'>,
  work: string,
  label: { is: string; gone: string },
): Promise<() => Promise<boolean>> {
  const { id, rendicion } = doc
  if (await sync.engine.takeBack(id, draftOf(id, work, { rendicion, dropped: true }))) {
    kept.add(id)
    return async () => {
      kept.delete(id)
      return send(id, label.is, work)
    }
  }
  const group = recordId()
  const seen = { base_rev: doc.rev, saw: { superseded_by: '' }, ...(doc.prev ? { prev: doc.prev } : {}) }
  const change: NewMutation = {
    ...{ collection: 'rendicion_documents', record: id, op: 'update', form: FORM, parent: rendicion },
    ...{ fields: { superseded_by: id }, ...seen },
  }
  await sync.engine.enqueue({ group, label: label.gone, intervention: work, mutations: [change] })
  return async () => (await sync.engine.takeBack(group, null)) || again(doc, work)
}

/** What was taken away before it was sent goes with the screen. */
export async function forgetDropped(): Promise<void> {
  for (const id of kept) await sync.engine.discard(id)
  kept.clear()
}

const FORM = 'rendicion/1'

/** The server has taken it back already: the same bytes come as another document. */
async function again(doc: Row<'rendicion_documents'>, intervention: string): Promise<boolean> {
  const [file] = await sync.read.files({ ids: [doc.id] })
  const bytes = await sync.read.bytes(doc.id, 'file')
  if (!file || !bytes) return false
  const thumb = (await sync.read.bytes(doc.id, 'thumb')) ?? new ArrayBuffer(0)
  // What it had taken the place of is in force again, and is replaced again.
  const replaces = (await papersIn(intervention)).find((d) => d.id === doc.replaces)?.id ?? ''
  const of = { rendicion: doc.rendicion, intervention, kind: doc.kind, replaces, label: file.label }
  const { replaces: _, ...rest } = file.facts
  const facts = { ...rest, ...(replaces ? { replaces } : {}) }
  return (await alone(of, () => put(recordId(), of, { bytes, thumb, facts })).catch(reason)) === ''
}

async function put(id: string, of: PaperOf, { bytes, thumb, facts }: Ready): Promise<''> {
  const { rendicion, intervention, label } = of
  const there = await papersIn(intervention)
  // One whose bytes never came is replaced by itself too.
  const same = there.find((d) => d.sha256 === facts.sha256)
  if (same && (same.id !== of.replaces || same.stored_at !== '')) throw new Trouble('twice')
  if (of.replaces === '' && there.length >= MAX_DOCUMENTS) throw new Trouble('too_many')
  await sync.engine.saveDraft(draftOf(id, intervention, { rendicion }))
  const about = { collection: 'rendicion_documents', parent: rendicion, draft: id, intervention, label }
  try {
    await sync.engine.capture({ ...about, id, facts, created_at: facts.captured_at }, bytes, thumb)
  } catch (error) {
    await sync.engine.discard(id).catch(() => undefined)
    throw error
  }
  await send(id, label, intervention)
  return ''
}

async function send(id: string, label: string, intervention: string): Promise<boolean> {
  const there = (await sync.read.draft(id)) !== undefined
  await sync.engine.enqueue({ group: id, label, intervention, mutations: [], draft: id })
  return there
}

/** A photo of an iPhone comes back as JPEG where the browser can. */
async function looked(file: File): Promise<File> {
  const problem = await problemOf(file)
  if (!problem) return file
  const jpeg = problem === 'heic' ? await asJpeg(file) : null
  if (!jpeg) throw new Trouble(problem)
  if (jpeg.size > MAX_FILE_BYTES) throw new Trouble('large')
  return jpeg
}

async function problemOf(file: File): Promise<DocumentProblem | 'unreadable' | undefined> {
  try {
    const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer())
    return documentProblem(file.name, file.size, head, MAX_FILE_BYTES)
  } catch {
    return 'unreadable'
  }
}

async function readied(of: PaperOf, { picture, name, at }: Page): Promise<Ready> {
  const { picture: made, exif } = await preparePicture(picture)
  const { bytes, thumb, sha256, width, height } = made
  const content = { sha256, size: bytes.byteLength, mime: 'image/jpeg', name: name.replace(/\.[^.]*$/, '') + '.jpg' }
  const small = { thumb: made.thumb_sha256, thumb_size: thumb.byteLength }
  return { bytes, thumb, facts: { ...factsOf(of, content, 'camera', at), ...small, width, height, ...exif } }
}

function factsOf(
  { kind, replaces }: PaperOf,
  content: Pick<FileFacts, 'sha256' | 'size' | 'mime'> & { name: string },
  source: FileFacts['source'],
  at: number,
): FileFacts {
  const { server_time, clock_offset_ms } = sync.status
  return {
    ...content,
    name: shortened(content.name),
    source,
    captured_at: limaIso(at),
    ...(server_time ? { reckoned_at: limaIso(at + clock_offset_ms) } : {}),
    kind,
    ...(replaces ? { replaces } : {}),
  }
}

/** What a name ends with says what it is. */
const shortened = (name: string): string => [...name].slice(-200).join('')
