/**
 * What can be said of a file before it is sent, from its name, its size and its first bytes: so that 200 MB do not go
 * over a bad line in vain. The server looks at all of it.
 */
import type { PictureProblem } from './picture'
import type { StorageTrouble } from './storage'

/** How many of the first bytes are looked at. */
export const HEAD_BYTES = 16

/** Why a file was not kept; each has its words in i18n/papers. */
export type PaperTrouble =
  DocumentProblem | PictureProblem | StorageTrouble | 'unreadable' | 'other' | 'twice' | 'too_many'

export type DocumentProblem = 'empty' | 'large' | 'heic' | 'kind' | 'ending' | 'cut'

const endingOf = (name: string): string => /\.([^.]+)$/.exec(name.replace(/[. ]+$/, ''))?.[1]?.toLowerCase() ?? ''

const OFFICE = 'application/vnd.openxmlformats-officedocument.'
const TYPES: Record<string, string> = {
  pdf: 'application/pdf',
  png: 'image/png',
  xlsx: `${OFFICE}spreadsheetml.sheet`,
  docx: `${OFFICE}wordprocessingml.document`,
  zip: 'application/zip',
  xml: 'application/xml',
}
/** What is said of a file whose name and first bytes agree. */
export const mediaTypeOf = (name: string): string => TYPES[endingOf(name)] ?? 'image/jpeg'

const ZIPS = ['zip', 'docx', 'xlsx']

/** The endings that a file of such first bytes may have; empty for one that is not taken. */
function endingsOf(head: Uint8Array): string[] {
  const text = String.fromCharCode(...head)
  if (text.startsWith('%PDF-')) return ['pdf']
  if (text.startsWith('\xff\xd8\xff')) return ['jpg', 'jpeg', 'jfif', 'jpe']
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return ['png']
  if (text.startsWith('PK\x03\x04') || text.startsWith('PK\x05\x06')) return ZIPS
  if (/^(\xef\xbb\xbf)?\s*</.test(text)) return ['xml']
  return []
}

/** A photo of an iPhone, or an AVIF: their containers begin alike. */
export function isHeic(head: Uint8Array): boolean {
  const text = String.fromCharCode(...head)
  return text.slice(4, 8) === 'ftyp' && /^(hei[cmsx]|hev[cx]|m[is]f1|avi[fs])/.test(text.slice(8))
}

/** What is wrong with a file, undefined if nothing can be seen from here. */
export function documentProblem(
  name: string,
  size: number,
  head: Uint8Array,
  maxBytes: number,
): DocumentProblem | undefined {
  if (size === 0) return 'empty'
  if (size > maxBytes) return 'large'
  if (isHeic(head)) return 'heic'
  const endings = endingsOf(head)
  if (endings.length === 0) return 'kind'
  if (!endings.includes(endingOf(name))) return 'ending'
  return endings.includes('pdf') && size < 100 ? 'cut' : undefined
}
