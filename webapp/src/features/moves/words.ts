import type { MovementKind, Objection } from '../../domain/movement'
import { m } from '../../i18n'
import { dayFull } from '../../i18n/format'

/** What the button to each kind says. */
export const beginWord: Record<MovementKind, () => string> = {
  baja: m.move_new_baja,
  alta: m.move_new_alta,
  reemplazo: m.move_new_reemplazo,
}

/** What is asked first of each kind. */
export const askWord: Record<MovementKind, () => string> = {
  baja: m.move_who_baja,
  alta: m.move_which_cupo,
  reemplazo: m.move_who_reemplazo,
}

/** Why people leave, offered so that nobody has to type it in gloves; any other may be written. */
export const motives = (): string[] => [
  m.move_reason_renuncia(),
  m.move_reason_abandono(),
  m.move_reason_salud(),
  m.move_reason_empleo(),
]

interface Dated {
  kind: string
  effective_on: string
  leaves_on?: string
}

/** What a movement does, in a line. */
export function says(move: Dated, leaves: string, comes: string, day: (day: string) => string): string {
  const on = day(move.effective_on)
  if (move.kind === 'baja') return m.move_line_baja({ last: on })
  if (move.kind === 'alta' || !move.leaves_on) return m.move_line_alta({ first: on })
  return m.move_line_reemplazo({ leaves, comes, last: day(move.leaves_on), first: on })
}

type Said = (day: string) => string
const OBJECTIONS: Partial<Record<string, Said>> = {
  required: () => m.required_error(),
  dni_invalid: () => m.dni_error(),
  date_invalid: () => m.date_error_shape(),
  date_in_future: () => m.move_future(),
  movement_order: () => m.move_order_error(),
  under_age: () => m.move_birth_error(),
  dates_out_of_order: (day) => m.move_before({ day }),
  person_left: (day) => m.move_left({ day }),
  person_on_roster: (day) => m.move_listed({ day }),
  cupo_taken: (day) => m.move_taken({ day }),
  cupo_void: () => m.move_void(),
  worked_after: (day) => m.move_worked({ day }),
  parent_not_found: () => m.move_gone(),
  reference_missing: () => m.move_gone(),
}

/** Why a movement is not taken, as the person reads it beside the field. */
export function objectionWord({ code, day = '' }: Objection, min: number): string {
  if (code === 'too_short') return m.move_reason_error({ min })
  return OBJECTIONS[code]?.(day === '' ? '' : dayFull(day)) ?? m.text_refused()
}
