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

/**
 * Makes a picture ready and puts it down with its bytes; one after the other, for
 * the memory that each takes. It is kept when this resolves, and never before.
 *
 * @returns '' where it is on disk, else why not
 */
export function keepPhoto(of: PhotoOf, taken: Taken): Promise<NotKept | ''> {
  return inLine(() => keep(of, taken)).catch(reason)
}

const reason = (error: unknown): NotKept => (error instanceof PictureTrouble ? error.problem : troubleOf(error))

async function keep(of: PhotoOf, taken: Taken): Promise<NotKept | ''> {
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
  const file = { ...of, id: recordId(), label: taken.label, facts, created_at: limaIso(at) }
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
