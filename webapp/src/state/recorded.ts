import type { PhotoKind } from '../domain/photo'
import type { RecordCollection } from '../domain/records'

interface Asked {
  kind: RecordCollection | PhotoKind
  /** Of a work, or the parts of a record; '' for not by that. */
  work: string
  parent: string
  /** Those alone that wait for somebody. */
  waiting: boolean
  /** With each its files. */
  files?: boolean
  offset: number
}

/** Where the server has a page of the records of a kind (Schemas['RecordPage']). */
export function recordsAt({ kind, work, parent, waiting, files = false, offset }: Asked): string {
  const of = work ? `intervention=${work}` : `parent=${parent}`
  return `/records?kind=${kind}&${of}&offset=${offset}${waiting ? '&waiting=true' : ''}${files ? '&files=true' : ''}`
}
