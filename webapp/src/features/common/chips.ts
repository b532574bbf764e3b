import type { Fields, RecordCollection } from '../../domain/records'
import type { Rows } from '../../domain/rows'
import { isOpenFinding } from '../../domain/states'
import { m } from '../../i18n'
import { fieldValue } from '../../i18n/fields'
import { dayFull } from '../../i18n/format'
import { findingState, movementKind, movementState, severityWord } from '../../i18n/labels'
import type { IconName } from '../../ui/icons'

interface Chip {
  tone: 'ok' | 'bad' | 'warn' | 'plain'
  icon: IconName
  text: string
}
interface At {
  today: string
  /** Its work is over: nothing of it is late any more. */
  over: boolean
}
interface Marked<K extends RecordCollection> {
  /** What the chips tell, so that no line does. */
  told: readonly string[]
  chips: (row: Rows[K], at: At) => Chip[]
}

/** How a movement stands with its unit. */
export function movementChip(state: string): Chip {
  const text = movementState(state)
  if (state === 'anulado') return { tone: 'bad', icon: 'cross', text }
  if (state === 'vencido_sin_constancia') return { tone: 'bad', icon: 'alert', text }
  return state === 'registrado' ? { tone: 'plain', icon: 'clock', text } : { tone: 'ok', icon: 'check', text }
}

/** What must be seen of a record before it is read, by kind. */
const MARKED: { [K in RecordCollection]?: Marked<K> } = {
  findings: {
    told: ['severity', 'due_on', 'state'],
    chips: ({ severity, due_on = '', state }, { today, over }) => {
      const open = isOpenFinding(state)
      const late = open && !over && due_on !== '' && due_on < today
      const day = due_on && dayFull(due_on)
      return [
        { tone: severity === 'grave' ? 'bad' : 'warn', icon: 'flag', text: severityWord(severity) },
        ...(open ? [] : [{ tone: 'ok', icon: 'check', text: findingState(state) } as const]),
        ...(day
          ? [
              {
                tone: late ? 'bad' : 'plain',
                icon: 'clock',
                text: late ? m.due_late({ day }) : m.due_on({ day }),
              } as const,
            ]
          : []),
      ]
    },
  },
  attendance_sheets: {
    told: ['marks', 'reasons', 'headcount'],
    chips: ({ state, state_reason: reason = '', marks }) => [
      state === 'validada'
        ? { tone: 'ok', icon: 'check', text: m.sheet_valid() }
        : state === 'observada'
          ? { tone: 'bad', icon: 'alert', text: m.sheet_observed({ reason }) }
          : { tone: 'plain', icon: 'clock', text: reason ? m.sheet_returned({ reason }) : m.sheet_waits() },
      { tone: 'plain', icon: 'person', text: fieldValue('marks', marks) },
    ],
  },
  movements: {
    told: ['state', 'kind'],
    chips: ({ kind, state, doubts }) => [
      { tone: 'plain', icon: 'person', text: movementKind(kind) },
      ...(state ? [movementChip(state)] : []),
      ...(doubts ? [{ tone: 'warn', icon: 'alert', text: m.move_doubt() } as const] : []),
    ],
  },
  accidents: {
    told: ['notified_on'],
    chips: ({ notified_on }) => [
      notified_on
        ? { tone: 'ok', icon: 'check', text: m.accident_notified({ day: dayFull(notified_on) }) }
        : { tone: 'warn', icon: 'alert', text: m.accident_not_notified() },
    ],
  },
}

/** The chips of a record, and the fields they tell of. */
export function chipsOf<K extends RecordCollection>(kind: K, fields: Fields, at: At) {
  const marked: Marked<K> | undefined = MARKED[kind]
  return { told: marked?.told ?? [], chips: marked?.chips(fields as unknown as Rows[K], at) ?? [] }
}
