/**
 * A text without what nobody sees: controls but the end of a line and the
 * tabulator, marks of direction, characters without width. They come with text
 * that was copied. The same as internal/domain/text; both pass testdata/rules/text.json.
 */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\uFFFD]/gu, (c) => (c === '\n' || c === '\r' || c === '\t' ? c : ''))
}

/** How many characters a reason that stays in the trail has at least, as the server asks. */
export const MIN_REASON = 10

export const isShort = (reason: string): boolean => [...reason.trim()].length < MIN_REASON
