import type { VirtualItem } from '@tanstack/virtual-core'
import { getContext, onMount, setContext, tick } from 'svelte'
import type { Part } from '../../domain/attendance'
import type { Shot } from '../../domain/photo'
import type { Checklist } from '../../domain/rows'
import type { VisitContext, VisitForm } from '../../domain/visit'
import type { ActivityFacts, CoveredWorker } from '../../state/facts'
import type { OpenDraft } from '../../state/draft.svelte'
import type { DeviceFile } from '../../sync/contract'

/** What every step of the visit works with. */
export interface VisitScope {
  readonly draft: OpenDraft<VisitForm>
  readonly form: VisitForm
  readonly facts: ActivityFacts
  readonly roster: readonly CoveredWorker[]
  readonly checklist: Checklist | null
  /** The pictures that the checklist names. */
  readonly shots: readonly Shot[]
  /** Those that were taken, of the visit and of its findings. */
  readonly photos: readonly DeviceFile[]
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

/** Where a person was in a visit's roster, for when he comes back to it. */
export interface RosterView {
  part: Part
  /** Who was of the part when it was chosen; null for everybody. */
  held: ReadonlySet<string> | null
  query: string
  sizes: { kept: VirtualItem[] }
}

// Read once when the roster is shown, and written as it goes: nothing follows it.
const views: Record<string, RosterView> = {}

export function rosterView(draft: string): RosterView {
  return (views[draft] ??= { part: 'todos', held: null, query: '', sizes: { kept: [] } })
}

const scrolled: Record<string, number> = {}

/** Where a long step was scrolled to is where it is found again. Called while a component begins. */
export function keepPlace(draft: string, step: string): void {
  const key = `${draft}/${step}`
  onMount(() => {
    const y = scrolled[key] ?? 0
    if (y > 0) void tick().then(() => requestAnimationFrame(() => scrollTo(0, y)))
    const keep = () => (scrolled[key] = scrollY)
    addEventListener('scroll', keep, { passive: true })
    return () => removeEventListener('scroll', keep)
  })
}
