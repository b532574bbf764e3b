/**
 * The database in which an older app kept what was written about rendiciones. It is taken over into the
 * work database, once, and deleted.
 */
import { Dexie } from 'dexie'
import type { Table } from 'dexie'
import { limaIso } from '../domain/day'
import {
  isBlank,
  newerReview,
  rendicionDraft,
  reviewDraft,
  withOlder,
  type AmountDraft,
  type ObservationDraft,
  type Pick,
  type RendicionForm,
  type ReviewForm,
} from '../domain/writing'
import type { Draft } from '../sync/contract'
import type { Device } from './device'
import { olderName } from './dexie'

interface OldDraft {
  intervention: string
  lines: Record<string, AmountDraft>
  answers: Record<string, string>
  saved_at: number
}
interface OldReview {
  intervention: string
  round: number
  observations: ObservationDraft[]
  lifted: string[]
}
type OldFile = Pick & { intervention: string }

class OldDb extends Dexie {
  drafts!: Table<OldDraft, string>
  reviews!: Table<OldReview, string>
  files!: Table<OldFile, string>

  constructor(name: string) {
    super(name, { chromeTransactionDurability: 'strict' })
    this.version(1).stores({ drafts: 'intervention', reviews: 'intervention', files: 'key, intervention' })
  }
}

/** Resolves when nothing of it is anywhere else but in the work database. */
export async function takeOver(user: string, device: Omit<Device, 'close'>): Promise<void> {
  const name = olderName(user)
  await navigator.locks.request(name, async () => {
    if (!(await Dexie.exists(name))) return
    const old = new OldDb(name)
    const { drafts, reviews, files } = old
    const [typed, written, sent] = await Promise.all([drafts.toArray(), reviews.toArray(), files.toArray()])
    for (const work of new Set([...typed, ...sent].map((x) => x.intervention))) {
      const form = olderForm(
        typed.find((d) => d.intervention === work),
        sent.filter((f) => f.intervention === work),
      )
      const now = await device.read.draft(rendicionDraft(work))
      const body = withOlder(now?.body as RendicionForm | undefined, form)
      if (!isBlank(body)) await device.work.saveDraft(draftOf('rendicion', rendicionDraft(work), work, body))
    }
    for (const { intervention, ...review } of written) {
      const id = reviewDraft(intervention)
      const now = (await device.read.draft(id))?.body as ReviewForm | undefined
      await device.work.saveDraft(draftOf('review', id, intervention, newerReview(now, review)))
    }
    // Not taken over once more, also where a tab of the older app keeps it from being deleted.
    await old.transaction('rw', drafts, reviews, files, () =>
      Promise.all([drafts.clear(), reviews.clear(), files.clear()]),
    )
    void old.delete().catch(() => undefined)
  })
}

function olderForm(typed: OldDraft | undefined, files: readonly OldFile[]): RendicionForm {
  const picks = files.map(({ kind, replaces, name, size, sha256 }) => ({ kind, replaces, name, size, sha256 }))
  return { lines: typed?.lines ?? {}, answers: typed?.answers ?? {}, picks }
}

function draftOf(kind: Draft['kind'], id: string, intervention: string, body: unknown): Draft {
  return { id, kind, intervention, version: 1, saved_at: limaIso(Date.now()), body }
}
