import { limaIso } from '../domain/day'
import { mostOf, type PhotoKind } from '../domain/photo'
import type { PictureProblem } from '../domain/picture'
import type { Place } from '../domain/place'
import { troubleOf, type StorageTrouble } from '../domain/storage'
import type { FileFacts } from '../sync/contract'
import { recordId } from '../sync/ids'
import { getBlob } from './api'
import { inLine } from './photoline'
import { preparePicture, PictureTrouble } from './picture'
import { partsOf } from './replica'
import { sync } from './sync.svelte'

/** What is photographed, and the draft that sends it. */
export interface PhotoOf {
  collection: PhotoKind
  parent: string
  draft: string
  intervention: string
}

/** One picture, as it came. */
export interface Taken {
  picture: Blob | ImageBitmap
  source: 'camera' | 'gallery'
  /** When, by this device's clock, ms. */
  at: number
  place: Place | null
  /** The named shot; '' for none. */
  shot: string
  /** By what the person knows it. */
  label: string
  /** The name of its file; '' for none. */
  name: string
}

/** Why a picture was not kept. */
export type NotKept = PictureProblem | StorageTrouble | 'twice' | 'too_many'

/** What is remembered of a picture that was stashed. */
interface Stashed {
  of: PhotoOf
  taken: Omit<Taken, 'picture'>
}

/**
 * Puts a picture down as it came, makes it ready and puts that down in its place; one
 * after the other, for the memory that each takes. It is kept when this resolves, and
 * never before; of a page that ends meanwhile `takeUp` goes on with what came.
 *
 * @returns '' where it is on disk, else why not
 */
export function keepPhoto(of: PhotoOf, taken: Taken): Promise<NotKept | ''> {
  const id = recordId()
  here.add(id)
  const stashed = stash(id, of, taken)
  return inLine(async () => {
    await stashed
    return keepOrLetGo(id, of, taken)
  })
}

/** Pictures of this page: it goes on with them by itself. */
const here = new Set<string>()
let stashes: Promise<unknown> = Promise.resolve()

/** One after the other. What cannot be put down raw, for want of room, may still fit when it is made ready. */
function stash(id: string, of: PhotoOf, { picture, ...taken }: Taken): Promise<unknown> {
  if (!(picture instanceof Blob)) return Promise.resolve() // of the camera on the screen there are no bytes yet
  const about: Stashed = { of, taken }
  const put = async () =>
    sync.engine.stash({ id, draft: of.draft, about, type: picture.type, data: await picture.arrayBuffer() })
  return (stashes = stashes.then(put).catch(() => undefined))
}

/**
 * Goes on with what was taken for a draft and not made ready, because the page ended.
 *
 * @returns what was not kept, and why
 */
export function takeUp(draft: string): Promise<{ name: string; why: NotKept }[]> {
  return inLine(async () => {
    const refused: { name: string; why: NotKept }[] = []
    for (const id of await sync.read.raws(draft)) {
      const raw = here.has(id) ? undefined : await sync.read.raw(id)
      if (!raw) continue
      const { of, taken } = raw.about as Stashed
      const why = await keepOrLetGo(id, of, { ...taken, picture: new Blob([raw.data], { type: raw.type }) })
      if (why !== '') refused.push({ name: taken.name || taken.label, why })
    }
    return refused
  })
}

/** One that is not kept is said to be: it must not come back by itself. */
async function keepOrLetGo(id: string, of: PhotoOf, taken: Taken): Promise<NotKept | ''> {
  const why = await keep(id, of, taken).catch(reason)
  if (why !== '') await sync.engine.unstash(id).catch(() => undefined)
  return why
}

const reason = (error: unknown): NotKept => (error instanceof PictureTrouble ? error.problem : troubleOf(error))

async function keep(id: string, of: PhotoOf, taken: Taken): Promise<NotKept | ''> {
  const { picture, exif } = await preparePicture(taken.picture)
  const there = (await sync.read.files({ parent: of.parent })).filter((f) => f.collection === of.collection)
  if (there.some((f) => f.facts.sha256 === picture.sha256)) return 'twice'
  if (there.length >= mostOf(of.collection)) return 'too_many'
  const { server_time, clock_offset_ms } = sync.status
  const { shot, name, place, source, at } = taken
  const facts: FileFacts = {
    sha256: picture.sha256,
    size: picture.bytes.byteLength,
    mime: 'image/jpeg',
    ...(name ? { name: name.slice(-200) } : {}),
    thumb: picture.thumb_sha256,
    thumb_size: picture.thumb.byteLength,
    width: picture.width,
    height: picture.height,
    source,
    captured_at: limaIso(at),
    ...(server_time ? { reckoned_at: limaIso(at + clock_offset_ms) } : {}),
    ...(place ? { lat_e6: place.lat_e6, lon_e6: place.lon_e6, accuracy_m: place.accuracy_m } : {}),
    ...exif,
    ...(shot ? { shot } : {}),
  }
  const file = { ...of, id, label: taken.label, facts, created_at: limaIso(at) }
  await sync.engine.capture(file, picture.bytes, picture.thumb)
  return ''
}

/**
 * A picture as this device has it, else from the server.
 * @throws ApiFault when the server refuses, NoAnswer when it cannot be reached
 */
export async function pictureOf(collection: string, id: string, part: 'file' | 'thumb'): Promise<Blob> {
  const bytes = sync.user === '' ? undefined : await sync.read.bytes(id, part)
  if (bytes) return new Blob([bytes], { type: 'image/jpeg' })
  return getBlob(`/files/${collection}/${id}${part === 'thumb' ? '/thumb' : ''}`)
}

/** The photographs of a record as this device knows them, and what it has of those it took. */
export async function heldPhotos(kind: PhotoKind, parent: string, work: string) {
  const [rows, here] = await Promise.all([partsOf(kind, parent, work), sync.read.files({ parent })])
  const photos = rows.sort((a, b) => a.captured_at.localeCompare(b.captured_at))
  return { photos, here: here.filter((f) => f.collection === kind) }
}
