/**
 * Lifts a mutation written by an older version of the app to the present form.
 * Pure, and only for what was never on the wire (ledger, claim). Invariants:
 *  U1 what the person entered is unchanged: id, counter, record, op, fields, at;
 *  U2 lifting twice is lifting once;
 *  U3 what the present form demands and the old one did not ask for is never made
 *     up: such a mutation keeps its old form, which the server still takes.
 */
import { LIFTS } from '../domain/forms'
import type { Mutation } from './contract'
import { SCHEMA } from './ports'

export function upgrade(mutation: Mutation): Mutation {
  let form = mutation.form
  for (const lift of LIFTS) if (form === lift.from && lift.fits(mutation.fields)) form = lift.to
  return { ...mutation, form, schema: Math.max(mutation.schema, SCHEMA) }
}
