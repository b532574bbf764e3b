/**
 * What is declared over other rows, on those that a device holds; the server judges
 * with all (internal/domain/record/constraint.go). Both pass
 * testdata/rules/constraints.json.
 */
import type { Fault } from './forms'
import { declared, type Constraint, type Fields } from './records'

export interface Around {
  /** Ids of who is on the roster of a work; left out where it is not known here. */
  roster?: (work: unknown) => readonly unknown[]
  /** The other records of its kind, or those of what it belongs to. */
  others?: readonly object[]
}

const HOLDS: Partial<Record<string, (now: Fields, c: Constraint, around: Around) => boolean>> = {
  belongs_to: (now, c, { roster }) => !roster || roster(now[c.in]).includes(now[c.field]),
  unique_in: (now, c, { others = [] }) =>
    !others.some((o) => [c.in, c.field].every((f) => (o as Fields)[f] === now[f])),
}

/** The first constraint that a record breaks. Of it as it will be, only what is new is judged. */
export function broken(collection: string, now: Fields, changed: readonly string[], around: Around): Fault | undefined {
  const { constraints = [] } = declared(collection)
  const first = constraints.find((c) => changed.includes(c.field) && HOLDS[c.rule]?.(now, c, around) === false)
  return first && { code: first.code, field: first.field }
}
