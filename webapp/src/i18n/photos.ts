/** Words of photographs: how each is called, where it stands, why one was not kept. */
import { namesOf, type PhotoKind, type PhotoStand, type Shot } from '../domain/photo'
import type { PictureProblem } from '../domain/picture'
import { isTrouble, type StorageTrouble } from '../domain/storage'
import { moment } from './format'
import { m } from './index'
import { troubleWords } from './storage'

const extraOf = (kind: PhotoKind) => (n: number) => {
  const what = { visit_photos: m.pic_extra, finding_photos: m.pic_finding, certificate_photos: m.certificate_photo }[
    kind
  ]()
  return n > 1 ? `${what} ${n}` : what
}

export const photoNames = (
  kind: PhotoKind,
  photos: readonly { shot?: string | undefined }[],
  shots: readonly Shot[],
): string[] => namesOf(photos, shots, extraOf(kind))

const BAD: Record<PictureProblem, (x: { name: string }) => string> = {
  picture_empty: m.pic_bad_empty,
  picture_not: m.pic_bad_not,
  picture_pdf: m.pic_bad_pdf,
  picture_heic: m.pic_bad_heic,
  picture_damaged: m.pic_bad_damaged,
  picture_large: m.pic_bad_large,
  picture_slow: m.pic_bad_slow,
}

/** Why a picture was not kept, and what to do. */
export function notKeptWords(
  why: PictureProblem | StorageTrouble | 'twice' | 'too_many',
  file: string,
  most: number,
): string {
  const name = file || m.pic_bad_name()
  if (why === 'twice') return m.pic_bad_twice({ name })
  if (why === 'too_many') return m.pic_bad_many({ name, most })
  return isTrouble(why) ? m.pic_bad_storage({ name, what: troubleWords(why) }) : BAD[why]({ name })
}

export function standWords(stand: PhotoStand, percent: number, wifi: boolean): string {
  switch (stand) {
    case 'sending':
      return m.pic_sending({ percent })
    case 'stored':
      return m.pic_stored()
    case 'refused':
      return m.pic_refused()
    case 'elsewhere':
      return m.pic_other_phone()
    default:
      return wifi ? m.pic_waits_wifi() : m.pic_here()
  }
}

/** What a record of a photograph says of itself. */
export interface PhotoSays {
  source: string
  captured_at: string
  lat_e6?: number | undefined
  lon_e6?: number | undefined
  accuracy_m?: number | undefined
  exif_at?: string | undefined
  exif_lat_e6?: number | undefined
  exif_lon_e6?: number | undefined
}

const degrees = (e6: number): string => (e6 / 1e6).toFixed(5)

/** When, where and how it was taken, by the phone and by the picture itself. */
export function photoLines(p: PhotoSays, by: string, now: number): string[] {
  const when = moment(Date.parse(p.captured_at), now)
  const how = p.source === 'camera' ? m.pic_by_camera() : m.pic_by_gallery()
  const lines = [[m.pic_taken({ how, when }), by].filter(Boolean).join(' · ')]
  if (p.lat_e6 && p.lon_e6) {
    const at = { lat: degrees(p.lat_e6), lon: degrees(p.lon_e6) }
    lines.push(p.accuracy_m ? m.pic_where({ ...at, meters: p.accuracy_m }) : m.pic_where_unsaid(at))
  }
  const said = [
    p.exif_at ? m.pic_exif_at({ when: p.exif_at.replace('T', ' ') }) : '',
    p.exif_lat_e6 && p.exif_lon_e6
      ? m.pic_exif_where({ lat: degrees(p.exif_lat_e6), lon: degrees(p.exif_lon_e6) })
      : '',
  ].filter(Boolean)
  if (said.length > 0) lines.push(said.join(' · '))
  return lines
}

/** Why the server will not take a picture, from its code. */
export function refusalWords(code: string): string {
  switch (code) {
    case 'file_exists':
      return m.pic_refusal_twice()
    case 'too_many_files':
      return m.pic_refusal_many()
    case 'file_too_large':
    case 'image_too_large':
      return m.pic_refusal_large()
    case 'file_virus':
      return m.pic_refusal_virus()
    case 'file_lost':
      return m.pic_refusal_lost()
    case 'record_not_found':
      return m.pic_refusal_gone()
    case 'file_hash_mismatch':
      return m.pic_refusal_damaged()
    case 'file_empty':
    case 'file_heic':
    case 'file_damaged':
    case 'file_disguised':
    case 'file_kind_refused':
    case 'file_name_mismatch':
    case 'file_type_refused':
      return m.pic_refusal_type()
    default:
      return code === '' ? m.pic_refusal_record() : m.pic_refusal_other({ code })
  }
}
