/**
 * What a person knows of a form that he holds: what his screen showed him when he
 * began, and what he typed. His own memory: nothing of it comes from the product's
 * idea of a base, and what the product sends is held against it (I2, I4).
 */
import type { Violation } from './invariants'

export interface Held {
  /** The record changed; '' for a new one, in the place of a refused one. */
  readonly record: string
  /** What he saw of each field before he typed into it; he saw nothing of what is not there. */
  saw: Readonly<Record<string, unknown>>
  /** What he typed, or a button for him, and was told is kept. */
  typed: Readonly<Record<string, string>>
  /** It takes the place of a refused mutation. */
  readonly corrects?: 'create' | 'update'
}

/** What is said of a record together (protocol §6). */
const TOGETHER = [
  ['state', 'state_reason'],
  ['responsible', 'due_on'],
]

const seenText = ({ saw }: Held, field: string): string => {
  const seen = saw[field] ?? (field === 'state' ? 'abierto' : '')
  return typeof seen === 'string' ? seen : ''
}

/** What he changed: it has to be sent, and nothing that he left alone. */
export function changes(held: Held): Record<string, string> {
  const typed = Object.entries(held.typed).map(([field, text]) => [field, text.trim()] as const)
  return Object.fromEntries(typed.filter(([field, text]) => text !== seenText(held, field)))
}

/** What is wrong with what a form came to, for who typed it. */
export function wrongWith(held: Held, sent: Readonly<Record<string, unknown>> | undefined): Violation | undefined {
  const mine = changes(held)
  const lost = Object.entries(mine).find(([field, text]) => sent?.[field] !== text)
  if (lost) return { invariant: 'I2 nothing lost', what: `does not send ${lost.join(' ')}, typed and finished` }
  const asked = (field: string): boolean =>
    field in mine || TOGETHER.some((unit) => unit.includes(field) && unit.some((f) => f in mine))
  const more = Object.keys(sent ?? {}).find((field) => !asked(field) && !(held.record === '' && field === 'visit'))
  return more === undefined
    ? undefined
    : { invariant: 'I4 no silent overwrite', what: `sends ${more}, which nobody changed` }
}

/**
 * A form that has what he sent in it again: of that he has seen what he saw when he
 * began it first, and no more; of the rest he sees what stands in the form.
 *
 * @param sent the fields of the mutation
 * @param saw the record as his screen showed it when he made it; none for a new one
 * @param screen what the form shows
 */
export function heldAgain(
  record: string,
  sent: Readonly<Record<string, unknown>>,
  saw: Readonly<Record<string, unknown>> | undefined,
  screen: Readonly<Record<string, string>>,
  corrects?: Held['corrects'],
): Held {
  const typed = Object.entries(sent).filter((e): e is [string, string] => typeof e[1] === 'string' && e[0] in screen)
  const first = Object.keys(sent).map((field) => [field, saw?.[field]])
  const rest = saw ? screen : {}
  return {
    record,
    saw: { ...rest, ...(Object.fromEntries(first) as Record<string, unknown>) },
    typed: Object.fromEntries(typed),
    ...(corrects ? { corrects } : {}),
  }
}
