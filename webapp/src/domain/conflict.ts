/**
 * A value that lost against what stands in a record, as protocol §10 has it. Pure.
 * The rule is one: what reached the server first stays, until somebody decides.
 */
export interface LostValue {
  field: string
  /** What lost: the author's. */
  mine: unknown
  /** What stood when it lost; null where the record was deleted. */
  theirs: unknown
}

export interface Conflict {
  id: string
  /** 'edit', 'delete_edited' (he deleted what another had changed), 'edit_deleted' (he changed what another had deleted). */
  kind: string
  collection: string
  record: string
  intervention: string
  /** Name of the intervention. */
  label: string
  values: LostValue[]
  /** Who lost; his device's clock. */
  author: string
  author_name: string
  author_at: string
  /** Whose value stands, '' if unknown; the server's clock. */
  other: string
  other_name: string
  other_at: string
  state: string
  resolution: string
  resolved_by_name: string
  resolved_at: string
}

export type Resolution = 'author' | 'other'

/** Which side a person is on; '' for who reviews. */
export function sideOf(c: Pick<Conflict, 'author' | 'other'>, user: string): Resolution | '' {
  return c.author === user ? 'author' : c.other === user ? 'other' : ''
}

/** The open ones first, then the newest. */
export function byUrgency(a: Conflict, b: Conflict): number {
  const open = (c: Conflict) => Number(c.state !== 'resuelto')
  return open(b) - open(a) || b.other_at.localeCompare(a.other_at)
}
