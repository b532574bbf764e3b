/**
 * What of a rendición exists only on this device and is in no outbox: what is typed
 * letter by letter, a review being written, and which files were on their way. A
 * browser cannot keep a chosen file open over a reload, so of a file its hash
 * is kept: the same one, picked again, goes on where it was.
 */
import { Dexie } from 'dexie'
import type { Table } from 'dexie'

export interface AmountDraft {
  /** As typed; may not be a number yet. */
  text: string
  /** The server's value before the person changed it, in soles; null for none. */
  base: string | null
}

export interface RendicionDraft {
  intervention: string
  lines: Record<string, AmountDraft>
  answers: Record<string, string>
  saved_at: number
}

export interface ObservationDraft {
  target: 'line' | 'document' | 'missing'
  item: string
  also: string[]
  text: string
}

export interface ReviewDraft {
  intervention: string
  round: number
  observations: ObservationDraft[]
  /** Answered observations the reviewer accepts. */
  lifted: string[]
}

export interface FileOnItsWay {
  /** intervention, kind, document it replaces, hash */
  key: string
  intervention: string
  kind: string
  replaces: string
  name: string
  size: number
  sha256: string
  /** The upload's id on the server, '' before it began. */
  upload: string
  /** Bytes the server has said it holds. */
  sent: number
}

export class RendicionDb extends Dexie {
  drafts!: Table<RendicionDraft, string>
  reviews!: Table<ReviewDraft, string>
  files!: Table<FileOnItsWay, string>

  constructor(user: string) {
    super(`chaski-rendicion-${user}`, { chromeTransactionDurability: 'strict' })
    this.version(1).stores({ drafts: 'intervention', reviews: 'intervention', files: 'key, intervention' })
  }

  filesOf(intervention: string): Promise<FileOnItsWay[]> {
    return this.files.where('intervention').equals(intervention).toArray()
  }
}

export function fileKey(f: Pick<FileOnItsWay, 'intervention' | 'kind' | 'replaces' | 'sha256'>): string {
  return [f.intervention, f.kind, f.replaces, f.sha256].join('/')
}
