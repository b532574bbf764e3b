import type { PhotoFacts } from '../../../domain/photo'
import type { PhotoSays } from '../../../i18n/photos'
import type { Schemas } from '../../../state/api'

/** A record of a photograph as it is shown, from this device or from the server. */
export interface ShownPhoto extends PhotoFacts, PhotoSays {
  /** Who took it, where that is not known by itself. */
  by?: string
}

/** Photographs as the server tells of them, in the order they were taken. */
export const shownPhotos = (records: readonly Schemas['Recorded'][]): ShownPhoto[] =>
  records
    .map((x) => ({ ...x.data, id: x.id, by: x.maker.name }) as unknown as ShownPhoto)
    .sort((a, b) => a.captured_at.localeCompare(b.captured_at))
