/** What the engine itself reads in the rows it carries. Pure; what is not of its shape is passed over. */
import { parameterOn } from '../domain/due'
import type { Parameter } from '../domain/rows'
import type { Outcome, Problem, ReplicaRow } from './contract'
import { DEFAULT_LEASE_DAYS } from './lease'
import type { Verdict } from './ports'

/** The two kinds of row that the engine itself goes by. */
export const PARAMETERS = 'parameters'
export const REVIEWS = 'mutation_reviews'

/** The dated parameter `device.lease_days`. */
export function leaseDays(parameters: readonly ReplicaRow[], day: string): number {
  const value = parameterOn(
    parameters.map((r) => ({ ...r.data, id: r.id }) as unknown as Parameter),
    'device.lease_days',
    day,
  )
  return typeof value === 'number' && value > 0 ? value : DEFAULT_LEASE_DAYS
}

const text = (v: unknown): string => (typeof v === 'string' ? v : '')

/** Rows of REVIEWS: what was decided about parked work, and about what waited for a record that came. */
export function verdictsOf(rows: readonly ReplicaRow[]): Verdict[] {
  return rows.flatMap(({ data }) => {
    const { mutation, status, seq, rev, receipt, errors } = data
    if (typeof mutation !== 'string' || (status !== 'applied' && status !== 'rejected' && status !== 'parked'))
      return []
    const outcome: Outcome = {
      id: mutation,
      status,
      ...(typeof seq === 'number' ? { seq } : {}),
      ...(typeof rev === 'number' ? { rev } : {}),
      ...(text(receipt) ? { receipt: text(receipt) } : {}),
      ...(Array.isArray(errors) && errors.length > 0 ? { errors: errors as Problem[] } : {}),
    }
    const review = {
      reason: text(data.reason),
      decided_by: text(data.decided_by_name),
      decided_at: text(data.decided_at),
    }
    return [{ mutation, outcome, ...(review.reason || review.decided_by ? { review } : {}) }]
  })
}
