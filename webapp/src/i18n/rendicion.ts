/** Words of a rendición de cuentas. */
import { group } from '../domain/decimal'
import type { AmountProblem } from '../domain/rendicion'
import type { StateOf } from '../domain/states'
import type { rendiciones } from '../domain/states.gen'
import { dayFull } from './format'
import { m } from './index'

type Words = Record<string, () => string>
const STATES: Record<StateOf<typeof rendiciones>, () => string> = {
  pendiente: m.rc_state_pendiente,
  presentada: m.rc_state_presentada,
  observada: m.rc_state_observada,
  subsanada: m.rc_state_subsanada,
  conforme: m.rc_state_conforme,
}
const PROBLEMS: Record<AmountProblem, () => string> = {
  letters: m.rc_amount_letters,
  negative: m.rc_amount_negative,
  decimals: m.rc_amount_decimals,
  ambiguous: m.rc_amount_ambiguous,
  large: m.rc_amount_large,
}

export const lineWord = (line: string): string => m.rc_line({ line })
export const kindWord = (kind: string): string => m.rc_doc({ kind })
export const rendicionState = (state: string): string => (STATES as Words)[state]?.() ?? state
export const amountProblem = (problem: AmountProblem): string => PROBLEMS[problem]()

/** "S/ 1,234.50" from soles of the wire. */
export const money = (soles: string): string => `S/ ${group(soles)}`

/** What the sync centre calls what was done in a rendición. */
export function rendicionGroup(kind: string, name: string, work: string): string {
  if (kind === 'rendiciones') return m.rc_group_submit({ work })
  return kind === 'rendicion_lines' ? m.rc_group_line({ line: lineWord(name), work }) : m.rc_group_answer({ work })
}

/** "37.4 MB", "820 kB". */
export function fileSize(bytes: number): string {
  return bytes >= 1 << 20 ? `${(bytes / (1 << 20)).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} kB`
}

interface Deadline {
  due_on: string
  left: number
  overdue: boolean
}

/** "Corrija hasta el 4 dic 2026: quedan 3 días hábiles", or since when that is over. */
export function correctionWords({ due_on, left, overdue }: Deadline): string {
  const day = dayFull(due_on)
  if (overdue) return left < 0 ? m.rc_fix_overdue({ count: -left, day }) : m.rc_fix_overdue_weekend({ day })
  return left === 0 ? m.rc_fix_today({ day }) : m.rc_fix_in({ count: left, day })
}

/** "Vence el 9 ago 2026, en 3 días hábiles" or "Vencida hace 4 días hábiles (venció el …)". */
export function dueWords({ due_on, left, overdue }: Deadline): string {
  const day = dayFull(due_on)
  if (overdue) return left < 0 ? m.rc_overdue_days({ count: -left, day }) : m.rc_overdue_weekend({ day })
  return left === 0 ? m.rc_due_today({ day }) : m.rc_due_in({ count: left, day })
}
