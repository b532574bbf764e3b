/** The account of a rendición. Money is céntimos in BigInt; on the wire soles, e.g. `"120.50"`. */
import { EXPENSES, LARGEST, type Line } from './seen'

export { EXPENSES, LINES, type Line } from './seen'

/** Céntimos by line; a line that is absent counts as zero. */
export type Amounts = Partial<Record<Line, bigint>>

export interface Account {
  income: bigint
  spent: bigint
  explained: bigint
  /** income − explained: positive is still to be explained. */
  difference: bigint
}

/** transferido + cofinanciamiento = Σ gastos + devuelto + saldo. */
export function accountOf(transferred: bigint, amounts: Amounts): Account {
  const of = (line: Line) => amounts[line] ?? 0n
  const income = transferred + of('cofinanciamiento_oe')
  const spent = EXPENSES.reduce((sum, line) => sum + of(line), 0n)
  const explained = spent + of('devuelto') + of('saldo')
  return { income, spent, explained, difference: income - explained }
}

/** Soles of the wire as céntimos. */
export function centimosOf(soles: string): bigint {
  const [, sign = '', whole = '0', fraction = ''] = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(soles) ?? []
  const n = BigInt(whole + fraction.padEnd(2, '0'))
  return sign === '-' ? -n : n
}

/** Céntimos as soles of the wire: `12050n` is `"120.50"`. */
export function solesOf(centimos: bigint): string {
  const digits = (centimos < 0n ? -centimos : centimos).toString().padStart(3, '0')
  return `${centimos < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

export type AmountProblem = 'letters' | 'negative' | 'decimals' | 'ambiguous' | 'large'

/** What somebody saw who presents: only that is presented. */
export interface Seen {
  /** Céntimos, of lines that are not zero. */
  lines: Partial<Record<Line, number>>
  /** Ids of those in force. */
  documents: string[]
  /** To open observations, by their ids. */
  answers: Record<string, string>
}

/** What was typed; `null` is an empty field. */
export type Typed = { ok: true; value: bigint | null } | { ok: false; problem: AmountProblem }

/**
 * Reads an amount as people here type it: `1234.56`, `1234,56`, `1,234.56`,
 * `1.234,56`, `1 234.56`, with or without `S/`. What could be two numbers
 * (`1,234`) is asked again, never guessed.
 */
export function readAmount(typed: string): Typed {
  const text = typed.replace(/^\s*S\/\.?/i, '').replace(/[\s\u00a0\u202f]/g, '')
  if (text === '') return { ok: true, value: null }
  if (/^-/.test(text)) return { ok: false, problem: 'negative' }
  if (!/^\d[\d.,]*$/.test(text)) return { ok: false, problem: 'letters' }
  const soles = plain(text)
  if (!soles.ok) return soles
  const value = centimosOf(soles.text)
  return value > LARGEST ? { ok: false, problem: 'large' } : { ok: true, value }
}

function plain(text: string): { ok: true; text: string } | { ok: false; problem: AmountProblem } {
  const separators = text.replace(/\d/g, '')
  const last = separators.slice(-1)
  if (separators === '') return { ok: true, text }
  const groups = separators.slice(0, -1)
  const fraction = text.slice(text.lastIndexOf(last) + 1)
  const whole = text.slice(0, text.lastIndexOf(last))
  // Only groups: 1,234,567
  if (groups !== '' && [...groups].every((c) => c === last)) {
    return grouped(text, last) ? { ok: true, text: text.split(last).join('') } : { ok: false, problem: 'letters' }
  }
  if (groups !== '' && !([...groups].every((c) => c === groups[0]) && grouped(whole, groups[0] ?? '')))
    return { ok: false, problem: 'letters' }
  if (groups === '' && fraction.length === 3) return { ok: false, problem: 'ambiguous' }
  if (fraction.length > 2) return { ok: false, problem: 'decimals' }
  const digits = whole.replace(/[.,]/g, '')
  return { ok: true, text: fraction === '' ? digits : `${digits}.${fraction}` }
}

function grouped(text: string, separator: string): boolean {
  const [head = '', ...rest] = text.split(separator)
  return /^\d{1,3}$/.test(head) && rest.every((g) => /^\d{3}$/.test(g))
}
