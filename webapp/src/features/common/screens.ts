import type { RecordCollection } from '../../domain/records'

/** Kinds that are begun by themselves, and where. */
const BEGUN: Partial<Record<RecordCollection, string>> = { accidents: 'accidente' }

/** Where a new record of a work is begun; '' for nowhere. */
export const beginOf = (kind: RecordCollection, work: string): string =>
  BEGUN[kind] === undefined ? '' : `#/${BEGUN[kind]}/${work}`

/** Where a record that the server has is seen. */
export const screenOf = (kind: RecordCollection, id: string): string => `#/registrado/${kind}/${id}`
