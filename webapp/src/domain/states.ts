/**
 * What the tables of states say, as screens and rules ask it. The tables are made
 * from the server's (docs/states.md): whoever needs a list of states takes it there.
 */
import * as machines from './states.gen'
import { may, type Right } from './roles'
import { findings, interventions, rendicionObservations, visits } from './states.gen'

interface Move {
  readonly act: string
  readonly from: string
  readonly to: string
  /** The right of whoever makes it. */
  readonly by: Right
  readonly reason: boolean
}
/** A state of a table. */
export type StateOf<M extends { readonly states: readonly string[] }> = M['states'][number]

/** Whether it waits for those with this right. */
export function waitsFor<T extends Readonly<Record<string, string>>>(
  machine: { readonly turns: T },
  state: string,
  right: T[keyof T],
): boolean {
  return Object.hasOwn(machine.turns, state) && machine.turns[state] === right
}

const belongs = (group: readonly string[]) => {
  const states = new Set(group)
  return (state: string): boolean => states.has(state)
}

/** People may be working there. */
export const isRunning = belongs(interventions.groups.running)
/**
 * Nobody works there any more: nothing of it alarms anybody. What happened stays as it is.
 * The same rule as internal/domain/roster; both pass testdata/rules/over.json.
 */
export const isOver = belongs(interventions.groups.over)
/** There is a rendición to look at. */
export const isRendered = belongs(interventions.groups.rendered)
/** Its rendición was presented once. */
export const wasPresented = belongs(interventions.groups.presented)
/** Nothing is left to do about it. */
export const isDone = belongs(interventions.groups.done)

interface Machine {
  readonly turns: object
  readonly moves: readonly Move[]
}
/** The table of a kind, if its records have states. */
const machineOf = (kind: string): Machine | undefined =>
  Object.entries(machines).find(([name]) => name === kind.replace(/_(\w)/g, (_, c: string) => c.toUpperCase()))?.[1]
const turnsOf = (kind: string): object => machineOf(kind)?.turns ?? {}

/** What somebody of this role may do next to a record of a kind; its buttons. */
export const movesOf = (kind: string, state: string, role: string | undefined): Move[] =>
  machineOf(kind)?.moves.filter((x) => x.from === state && may(role, x.by)) ?? []

/** What is done to a record that is brought to a state, where it is not known what it was before; '' for nothing. */
export const actTo = (kind: string, state: unknown): string =>
  machineOf(kind)?.moves.find((x) => x.to === state)?.act ?? ''

/** Whether records of a kind may wait for somebody, and whether one in this state does; a new one waits. */
export const mayWait = (kind: string): boolean => Object.keys(turnsOf(kind)).length > 0
export const isWaiting = (kind: string, state = ''): boolean =>
  mayWait(kind) && (state === '' || Object.hasOwn(turnsOf(kind), state))

const isPlanned = belongs(visits.groups.planned)
const isLifted = belongs(findings.groups.lifted)

// What the server does not have yet has no state.
/** A visit that was made; a planned one is nobody's yet. */
export const wasMade = (state: string | undefined): boolean => !isPlanned(state ?? '')
/** A finding that nobody has seen mended. */
export const isOpenFinding = (state: string | undefined): boolean => !isLifted(state ?? '')

/** An observation that was not lifted, and one that the executor has to answer. */
export const isLiveObservation = belongs(rendicionObservations.groups.live)
export const isToAnswer = (state: string): boolean => waitsFor(rendicionObservations, state, 'write_rendicion')
