/** Photographs of a record: what is asked for, what is there, and what the server has of them. Pure. */
import { declared } from './records'

export type PhotoKind = 'visit_photos' | 'finding_photos' | 'certificate_photos'

const KINDS: readonly PhotoKind[] = ['visit_photos', 'finding_photos', 'certificate_photos']

/** The photographs that records of a kind have; undefined for none. */
export const photosOf = (collection: string): PhotoKind | undefined =>
  KINDS.find((kind) => declared(kind).of === collection)

/** A picture that a checklist's version names. */
export interface Shot {
  key: string
  label: string
  required?: boolean
}

/** How many one record takes. */
export const mostOf = (kind: PhotoKind): number => declared(kind).file?.many ?? Infinity

/** The named shots of a checklist's version; one of before there were any has none. */
export function shotsOf(checklist: { shots?: unknown } | null | undefined): Shot[] {
  const said = checklist?.shots
  if (!Array.isArray(said)) return []
  return (said as unknown[]).filter(
    (s): s is Shot =>
      typeof s === 'object' &&
      s !== null &&
      typeof (s as Shot).key === 'string' &&
      typeof (s as Shot).label === 'string',
  )
}

/** The shots that are asked for and have no picture. */
export const missingShots = (shots: readonly Shot[], taken: readonly (string | undefined)[]): Shot[] =>
  shots.filter((s) => s.required && !taken.includes(s.key))

/** What to photograph next: the first named shot without a picture, after the one that was just taken; '' for none. */
export function nextShot(shots: readonly Shot[], taken: readonly (string | undefined)[], after = ''): string {
  const at = shots.findIndex((s) => s.key === after)
  const round = [...shots.slice(at + 1), ...shots.slice(0, at + 1)]
  return round.find((s) => !taken.includes(s.key))?.key ?? ''
}

/** How a picture of a record is called: by its shot, or by its place among the others. */
export function namesOf<P extends { shot?: string | undefined }>(
  photos: readonly P[],
  shots: readonly Shot[],
  extra: (n: number) => string,
): string[] {
  const label = new Map(shots.map((s) => [s.key, s.label]))
  const several = new Map<string, number>()
  return photos.map(({ shot = '' }) => {
    const n = (several.get(shot) ?? 0) + 1
    several.set(shot, n)
    const named = label.get(shot) ?? ''
    return named === '' ? extra(n) : n > 1 ? `${named} (${n})` : named
  })
}

/** Where a picture stands, whoever looks. */
export type PhotoStand = 'here' | 'sending' | 'stored' | 'refused' | 'elsewhere'

/** What a record of a picture says, with what this device has of it. */
export interface PhotoFacts {
  id: string
  shot?: string | undefined
  stored_at?: string | undefined
  refusal?: string | undefined
}

/** What this device knows of a picture that it took. */
export interface DevicePhoto {
  state: 'draft' | 'queued' | 'stored' | 'refused'
  refusal: string
}

/** Of what the bytes are, but for those that came damaged: the same bytes are the same again. */
const OF_THE_BYTES = /^(file|image|archive)_(?!hash_mismatch$)/

/**
 * Whether a refused file may be taken when the same bytes are sent once more: they are here, and it was for another
 * reason than what they are, as a lack of room.
 *
 * @param said the refusal that its record has: that stays, whatever is sent
 */
export const helpsAgain = (here: (DevicePhoto & { held: boolean }) | undefined, said = ''): boolean =>
  here?.state === 'refused' && here.held && here.refusal !== '' && said === '' && !OF_THE_BYTES.test(here.refusal)

/** @param current the id of the one that is being sent */
export function standOf(photo: PhotoFacts, here: DevicePhoto | undefined, current = ''): PhotoStand {
  if (photo.refusal || here?.state === 'refused') return 'refused'
  if (photo.stored_at || here?.state === 'stored') return 'stored'
  if (here) return current === photo.id ? 'sending' : 'here'
  return 'elsewhere'
}
