/**
 * What a visit's marks and answers suggest to write down as a finding. Pure. It is
 * offered, never written for the person: he says how grave it is, and saves it.
 */
import { entriesOf, entryOf } from './parts'
import type { VisitForm } from './visit'

/** People at work without cover, or an item of the checklist that was answered no. */
export type Offer = 'sin_cobertura' | `no:${string}`

/** Whether its finding is in the list, or being written; '' while it is only offered. */
export function offerState(form: VisitForm, offer: Offer): '' | 'open' | 'written' {
  const id = form.offered?.[offer]
  if (id === undefined) return ''
  if (entriesOf(form, 'finding').some((f) => f.id === id)) return 'written'
  return form.open_finding?.id === id ? 'open' : ''
}

/** Begins it, unless another finding is still being written: that one comes first. */
export function takeOffer(form: VisitForm, offer: Offer, id: string, description: string): void {
  if (form.open_finding) return
  form.open_finding = entryOf('finding', id, { description })
  form.offered = { ...form.offered, [offer]: id }
}

/** As many names as fit, and how many more there are. */
export function someNames(names: readonly string[], most: number): { names: string; more: number } {
  let text = ''
  for (const [n, name] of names.entries()) {
    const next = text === '' ? name : `${text}; ${name}`
    if (n > 0 && next.length > most) return { names: text, more: names.length - n }
    text = next
  }
  return { names: text, more: 0 }
}
