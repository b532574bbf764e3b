import { getContext, setContext } from 'svelte'
import type { Checklist } from '../../domain/rows'
import type { VisitContext, VisitForm } from '../../domain/visit'
import type { ActivityFacts, CoveredWorker } from '../../state/facts'
import type { OpenDraft } from '../../state/draft.svelte'

/** What every step of the visit works with. */
export interface VisitScope {
  readonly draft: OpenDraft<VisitForm>
  readonly form: VisitForm
  readonly facts: ActivityFacts
  readonly roster: readonly CoveredWorker[]
  readonly checklist: Checklist | null
  readonly context: VisitContext
  readonly today: string
  /** "Datos al …" of the roster. */
  readonly asOf: string
}

const KEY = Symbol('visit')

export function provideVisit(scope: VisitScope): void {
  setContext(KEY, scope)
}

export function useVisit(): VisitScope {
  return getContext<VisitScope>(KEY)
}
