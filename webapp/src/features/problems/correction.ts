/** What a person fills in to correct a row, and what of it differs from what stands. */
import { isDay } from '../../domain/day'
import type { components } from '../../sync/wire.gen'

export type ProblemRow = components['schemas']['ProblemRow']

export type ProblemField = ProblemRow['fields'][number]
export type ProblemItem = NonNullable<ProblemField['items']>[number]

/** Chosen to say that a field shall be empty, or that a person shall not be on the sheet. */
export const NOTHING = '—'

/** A value as text; what is a list or an object is JSON. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** The choice that a value was meant to be ("Presente", "En ejecución"), or ''. */
export function meant(value: unknown, choices: readonly string[]): string {
  const plain = shown(value).normalize('NFD').replace(/\p{M}/gu, '').trim().toLowerCase().replaceAll(/\s+/g, '_')
  return choices.find((choice) => choice.toLowerCase() === plain) ?? ''
}

/** What stands in the form at first. A date that is none leaves its field empty. */
export function start(field: ProblemField): string {
  if (field.form === 'day') return isDay(shown(field.value)) ? shown(field.value) : ''
  if (field.form === 'choice') return meant(field.value, field.choices)
  return shown(field.value)
}

/** The fields of the form: a reference only where it is what is wrong. */
export function correctable(row: ProblemRow): ProblemField[] {
  return row.fields.filter(
    (f) => f.form !== 'other' && (f.form !== 'reference' || row.problems.some((p) => p.field === f.field)),
  )
}

/** The fields that are wrong and not corrected here. */
export function elsewhere(row: ProblemRow): ProblemField[] {
  return row.fields.filter((f) => f.form === 'other' && row.problems.some((p) => p.field === f.field))
}

export const isWhole = (text: string): boolean => /^-?\d+$/.test(text)

/** New values by field. `marks` are what was chosen for each person on a sheet. */
export function corrections(
  row: ProblemRow,
  typed: Record<string, string>,
  marks: Record<string, string>,
): Record<string, unknown> {
  const out: Record<string, unknown> = {}
  for (const field of correctable(row)) {
    if (field.form === 'marks') {
      const picked = (field.items ?? []).filter((item) => marks[item.key])
      if (picked.length > 0) out[field.field] = marked(field.value, picked, marks)
      continue
    }
    const text = (typed[field.field] ?? '').trim()
    if (text === shown(field.value) || (text === '' && start(field) === '')) continue
    if (text === NOTHING) out[field.field] = ''
    else out[field.field] = field.form === 'number' && isWhole(text) ? Number(text) : text
  }
  return out
}

function marked(value: unknown, picked: ProblemItem[], marks: Record<string, string>): Record<string, unknown> {
  const taken = new Set(picked.filter((i) => marks[i.key] === NOTHING).map((i) => i.key))
  const now = Object.entries(value as Record<string, unknown>).filter(([key]) => !taken.has(key))
  const set = picked.filter((i) => !taken.has(i.key)).map((i): [string, unknown] => [i.key, marks[i.key]])
  return { ...Object.fromEntries(now), ...Object.fromEntries(set) }
}
