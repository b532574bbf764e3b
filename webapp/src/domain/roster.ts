import type { Day } from './day'
import { visible } from './text'
import type { Assignment, Cupo, Participant } from './rows'

/** On the roster from the alta to the baja, both days included; never on a void cupo. */
export function isActiveOn(
  p: Pick<Participant, 'alta_on' | 'baja_on'>,
  cupo: Pick<Cupo, 'state'> | undefined,
  day: Day,
): boolean {
  return cupo?.state !== 'anulado' && p.alta_on <= day && (p.baja_on === '' || day <= p.baja_on)
}

/** A participant with the number of his cupo, as the roster shows him. */
export interface Worker extends Participant {
  cupo_number: number
}

const byName = new Intl.Collator('es')

/** Who should be at work on a day, by surname. */
export function rosterOn(participants: readonly Participant[], cupos: readonly Cupo[], day: Day): Worker[] {
  const byId = new Map(cupos.map((c) => [c.id, c]))
  return participants
    .filter((p) => isActiveOn(p, byId.get(p.cupo), day))
    .map((p) => ({ ...p, cupo_number: byId.get(p.cupo)?.number ?? 0 }))
    .sort((a, b) => byName.compare(a.surnames, b.surnames) || byName.compare(a.given_names, b.given_names))
}

/** Whether an assignment holds on a day, both ends included. */
export function isAssignedOn(a: Pick<Assignment, 'from_on' | 'to_on'>, day: Day): boolean {
  return a.from_on <= day && (a.to_on === '' || day <= a.to_on)
}

/** A name as it is searched, however a keyboard, pasting or Unicode varies it. */
function plain(text: string): string {
  return visible(text)
    .replace(/['’‘`´ʼʹ′＇]/g, '')
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
}

/** Whether a text has every word of a query, in any order. */
export function hasWords(query: string, text: string): boolean {
  const there = plain(text)
  return plain(query)
    .trim()
    .split(/\s+/)
    .every((word) => there.includes(word))
}

/** Finds by any words of the name, by the last digits of the DNI, or by the cupo's number. */
export function matches(
  query: string,
  worker: Pick<Worker, 'given_names' | 'surnames' | 'dni' | 'cupo_number'>,
): boolean {
  const q = plain(query).trim()
  if (/^\d+$/.test(q)) return worker.dni.endsWith(q) || String(worker.cupo_number) === q
  return hasWords(q, `${worker.given_names} ${worker.surnames}`)
}
