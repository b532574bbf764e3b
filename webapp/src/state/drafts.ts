import { sync } from './sync.svelte'
import type { Draft } from '../sync/contract'

/** Unfinished visits and records, the newest first. */
export async function allDrafts(): Promise<Draft[]> {
  const drafts = (await sync.read.drafts()).filter((d) => d.kind === 'visit' || d.kind === 'record')
  return drafts.sort((a, b) => b.saved_at.localeCompare(a.saved_at))
}

/** Works about whose rendición something is written here that was not finished. */
export async function writtenAbout(): Promise<string[]> {
  const drafts = await sync.read.drafts()
  return drafts.flatMap((d) => (d.kind === 'rendicion' || d.kind === 'review' ? [d.intervention] : []))
}

/** At the person's confirmed wish. A refused visit it was to replace is open again. */
export async function deleteDraft(id: string): Promise<void> {
  await sync.engine.discard(id)
}

export function getDraft(id: string): Promise<Draft | undefined> {
  return sync.read.draft(id)
}

/**
 * Holds the lock of a draft until `release`. Resolves to null when another tab
 * has it.
 */
export function lockDraft(id: string): Promise<(() => void) | null> {
  return new Promise((resolve) => {
    void navigator.locks.request(`chaski-draft-${id}`, { ifAvailable: true }, (lock) => {
      if (!lock) {
        resolve(null)
        return undefined
      }
      return new Promise<void>((release) => resolve(() => release()))
    })
  })
}
