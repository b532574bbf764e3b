/** What a picture is before it is decoded, and what it says of itself. Pure. */

/** Why a picture is not taken; each has its words in i18n/photos. */
export type PictureProblem =
  | 'picture_empty'
  | 'picture_not'
  | 'picture_pdf'
  | 'picture_heic'
  | 'picture_damaged'
  | 'picture_large'
  | 'picture_slow'

/** By its first bytes, whatever its name says. */
export type PictureKind = 'jpeg' | 'png' | 'webp' | 'gif' | 'avif' | 'heic' | 'pdf' | 'other'

/** As many of a picture's first bytes tell what it is and how large it claims to be. */
export const HEAD_BYTES = 1 << 19

/** A phone's largest camera has 200 megapixels; its pictures take four bytes of each while they are read. */
export const MAX_PIXELS = 210_000_000
const MAX_SIDE = 32_000

const HEIC_BRANDS = ['heic', 'heix', 'hevc', 'hevx', 'heim', 'heis', 'mif1', 'msf1']

const ascii = (b: Uint8Array, at: number, count: number): string => String.fromCharCode(...b.subarray(at, at + count))

export function kindOf(head: Uint8Array): PictureKind {
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return 'jpeg'
  if (ascii(head, 0, 8) === '\x89PNG\r\n\x1a\n') return 'png'
  if (ascii(head, 0, 4) === 'RIFF' && ascii(head, 8, 4) === 'WEBP') return 'webp'
  if (/^GIF8[79]a$/.test(ascii(head, 0, 6))) return 'gif'
  if (ascii(head, 4, 4) === 'ftyp') {
    const brand = ascii(head, 8, 4)
    if (brand === 'avif' || brand === 'avis') return 'avif'
    return HEIC_BRANDS.includes(brand) ? 'heic' : 'other'
  }
  // Readers of PDF look for its mark in the first kilobyte.
  return ascii(head, 0, 1024).includes('%PDF-') ? 'pdf' : 'other'
}

interface Size {
  width: number
  height: number
}

/** How large a JPEG or PNG claims to be, before memory is given to it; null where its head does not say. */
export function claimedSize(kind: PictureKind, head: Uint8Array): Size | null {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  if (kind === 'png') return head.length < 24 ? null : { width: view.getUint32(16), height: view.getUint32(20) }
  return kind === 'jpeg' ? jpegSize(view) : null
}

function jpegSize(view: DataView): Size | null {
  for (let at = 2; at + 9 < view.byteLength;) {
    if (view.getUint8(at) !== 0xff) return null
    const marker = view.getUint8(at + 1)
    if (marker === 0xff) at++
    else if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) }
    else at += 2 + view.getUint16(at + 2)
  }
  return null
}

export const isTooLarge = ({ width, height }: Size): boolean =>
  width * height > MAX_PIXELS || Math.max(width, height) > MAX_SIDE

/** What is wrong with a picture before it is decoded; undefined if nothing can be seen from here. */
export function pictureProblem(size: number, head: Uint8Array): PictureProblem | undefined {
  if (size === 0) return 'picture_empty'
  const kind = kindOf(head)
  if (kind === 'pdf') return 'picture_pdf'
  if (kind === 'other') return 'picture_not'
  const claimed = claimedSize(kind, head)
  return claimed && isTooLarge(claimed) ? 'picture_large' : undefined
}

/** The same shape, with its longer side at most `longest`. */
export function fitted({ width, height }: Size, longest: number): Size {
  const scale = Math.min(1, longest / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/** When and where a picture says that it was taken; what it does not say is left out. */
export interface Exif {
  exif_at?: string
  exif_lat_e6?: number
  exif_lon_e6?: number
}

const MOMENT = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)$/

/**
 * What of its EXIF is kept: no zero that a camera without a clock or a fix writes.
 *
 * @param said its DateTimeOriginal, and degrees
 */
export function exifOf(said: { at?: unknown; lat?: unknown; lon?: unknown }): Exif {
  const out: Exif = {}
  const at = MOMENT.exec(typeof said.at === 'string' ? said.at.trim() : '')
  if (at) {
    const [, year, month, day, hour, minute, second] = at.map(Number)
    const real = new Date(Date.UTC(year!, month! - 1, day))
    const exact = real.getUTCFullYear() === year && real.getUTCMonth() + 1 === month && real.getUTCDate() === day
    if (exact && year >= 1990 && hour! < 24 && minute! < 60 && second! < 60)
      out.exif_at = `${at[1]}-${at[2]}-${at[3]}T${at[4]}:${at[5]}:${at[6]}`
  }
  const { lat, lon } = said
  if (typeof lat === 'number' && typeof lon === 'number' && Math.abs(lat) <= 90 && Math.abs(lon) <= 180)
    if (lat !== 0 || lon !== 0) {
      out.exif_lat_e6 = Math.round(lat * 1e6)
      out.exif_lon_e6 = Math.round(lon * 1e6)
    }
  return out
}
