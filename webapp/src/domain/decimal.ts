/**
 * Decimal strings, rounded half-up (away from zero) and grouped for display.
 * Digits are shifted as text and BigInt: no binary fractions touch a figure.
 */
const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/

/** `roundHalfUp("117.2543", 1)` is `"117.3"`. Text that is no decimal comes back as it is. */
export function roundHalfUp(text: string, places: number): string {
  const parts = DECIMAL.exec(text)
  if (!parts) return text
  const [, sign = '', whole = '0', fraction = ''] = parts
  const padded = fraction.padEnd(places + 1, '0')
  let digits = BigInt(whole + padded.slice(0, places))
  if (padded.charAt(places) >= '5') digits += 1n
  const out = digits.toString().padStart(places + 1, '0')
  const head = places === 0 ? out : `${out.slice(0, -places)}.${out.slice(-places)}`
  return digits === 0n ? head : sign + head
}

/** Groups the whole part by thousands with commas, as Peru writes money. */
export function group(text: string): string {
  const parts = DECIMAL.exec(text)
  if (!parts) return text
  const [, sign = '', whole = '0', fraction] = parts
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ',')
  return sign + grouped + (fraction === undefined ? '' : `.${fraction}`)
}

/** A percentage for display: one decimal, half-up, e.g. `117.3 %`; an empty one is a dash. */
export function percent(text: string): string {
  return text === '' ? '—' : `${group(roundHalfUp(text, 1))} %`
}

/** Whole part as a number between 0 and `max`, only for the length of a bar. */
export function barLength(text: string, max: number): number {
  const parts = DECIMAL.exec(text)
  if (!parts || parts[1] === '-') return 0
  return Math.min(max, Number(parts[2]))
}

/** True when a decimal is not zero, without reading it as a number. */
export function isNonZero(text: string): boolean {
  return /[1-9]/.test(text)
}
