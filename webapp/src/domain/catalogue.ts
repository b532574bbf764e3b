/** What is dated in the catalogue: a line of values, of which one is in force on a day. */
import type { Day } from './day'
import { readAmount, type AmountProblem } from './rendicion'

export interface Dated {
  valid_from: Day
  /** Absent or '' for open. */
  valid_to?: Day
}

/** A line of values as of a day; `past` newest first, `future` soonest first. */
export interface Line<T> {
  now: T | undefined
  past: T[]
  future: T[]
}

/** Sorts the values of one line. Of several in force the newest answers, as on the server; the others are past. */
export function lineOn<T extends Dated>(values: readonly T[], day: Day): Line<T> {
  const newest = [...values].sort((a, b) => b.valid_from.localeCompare(a.valid_from))
  const now = newest.find((v) => v.valid_from <= day && (!v.valid_to || day <= v.valid_to))
  return {
    now,
    past: newest.filter((v) => v !== now && v.valid_from <= day),
    future: newest.filter((v) => v.valid_from > day).reverse(),
  }
}

/** What a value added from a day on would do: which value it ends, and which one ends it. */
export function placeOf<T extends Dated>(
  values: readonly T[],
  from: Day,
): { taken: boolean; before: T | undefined; next: T | undefined } {
  const line = lineOn(values, from)
  return {
    taken: values.some((v) => v.valid_from === from),
    before: line.now,
    next: line.future[0],
  }
}

/** The values of each line, in the order in which the lines come first. */
export function linesBy<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const out = new Map<string, T[]>()
  for (const value of values) out.set(key(value), [...(out.get(key(value)) ?? []), value])
  return out
}

/** The years of which there are holidays, with the one asked for, newest first. */
export function yearsOf(days: readonly Day[], also: Day): string[] {
  return [...new Set([...days, also].map((d) => d.slice(0, 4)))].sort().reverse()
}

/** Whether weekdays (0 Sunday … 6 Saturday) follow one another from Monday on: then "de lunes a sábado" says it. */
export function weekdayRun(days: readonly number[]): { from: number; to: number } | null {
  // Monday first, as people here begin the week.
  const order = days.map((d) => (d + 6) % 7).sort((a, b) => a - b)
  const [first, last] = [order[0], order.at(-1)]
  if (first === undefined || last === undefined || order.length < 3 || last - first !== order.length - 1) return null
  return { from: (first + 1) % 7, to: (last + 1) % 7 }
}

export interface Spec {
  kind: 'int' | 'bool' | 'choice' | 'weekdays' | 'money'
  /** Of whole numbers, and of money in céntimos. */
  min?: number
  max?: number
}

/** A value as it is being written: `text` of numbers and money, `pick` of yes or no and of choices. */
export interface Written {
  text: string
  pick: string
  /** 0 Sunday … 6 Saturday. */
  days: readonly number[]
}

/** What is wrong with what was written, before the server is asked. */
export type ValueProblem = '' | 'empty' | 'number' | 'range' | AmountProblem

/** Reads what was written as the wire has it: money in céntimos, a whole number JSON holds exactly. */
export function readValue(spec: Spec, written: Written): { value?: unknown; problem: ValueProblem } {
  switch (spec.kind) {
    case 'int':
      return readWhole(spec, written.text.trim())
    case 'money': {
      const amount = readAmount(written.text)
      if (!amount.ok) return { problem: amount.problem }
      return amount.value === null ? { problem: 'empty' } : within(spec, Number(amount.value))
    }
    case 'weekdays':
      return written.days.length === 0 ? { problem: 'empty' } : { value: [...written.days].sort(), problem: '' }
    case 'bool':
      return written.pick === '' ? { problem: 'empty' } : { value: written.pick === 'true', problem: '' }
    case 'choice':
      return written.pick === '' ? { problem: 'empty' } : { value: written.pick, problem: '' }
  }
}

function readWhole(spec: Spec, text: string): { value?: unknown; problem: ValueProblem } {
  if (text === '') return { problem: 'empty' }
  return /^\d{1,15}$/.test(text) ? within(spec, Number(text)) : { problem: 'number' }
}

function within({ min = 0, max = Number.MAX_SAFE_INTEGER }: Spec, value: number) {
  return value < min || value > max ? { problem: 'range' as const } : { value, problem: '' as const }
}
