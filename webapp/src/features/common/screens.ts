import type { RecordCollection } from '../../domain/records'

/** Kinds that are more than read: their screens. */
const OWN: Partial<Record<RecordCollection, string>> = { findings: 'hallazgo' }

/** Where a record that the server has is seen. */
export const screenOf = (kind: RecordCollection, id: string): string => `#/${OWN[kind] ?? `registrado/${kind}`}/${id}`
