import { limaIso } from '../domain/day'
import type { StorageTrouble } from '../domain/storage'
import type { Draft } from '../sync/contract'
import { deleteDraft, getDraft } from './drafts'
import { Keeper } from './keeper.svelte'
import { storage } from './storage.svelte'
import { sync } from './sync.svelte'

/**
 * What is written on a screen that has no draft to begin and to finish: in a draft of the
 * work database for as long as there is any of it.
 */
export class Kept<Form> {
  /** ms of the last commit; 0 while there was none. */
  savedAt = $state(0)
  readonly #keeper = new Keeper()
  /** Where the browser erased what was written, what is on the screen is written again. */
  readonly #heed = storage.whenGone(() => void this.write())

  /** @param form what there is to keep now; null for nothing */
  constructor(
    readonly id: string,
    readonly kind: Draft['kind'],
    readonly intervention: string,
    private readonly form: () => Form | null,
  ) {}

  /** What was kept; where it cannot be read that is said, and the server's word is shown alone. */
  async read(): Promise<Form | undefined> {
    await sync.takenOver
    try {
      const draft = await getDraft(this.id)
      storage.reading('')
      if (draft) this.savedAt = Date.parse(draft.saved_at)
      return draft?.body as Form | undefined
    } catch (error) {
      storage.reading(error)
      return undefined
    }
  }

  /** Commits what there is; one after the other, so the newest stays. */
  write(): Promise<void> {
    const { id, kind, intervention } = this
    const body = $state.snapshot(this.form())
    const now = Date.now()
    return this.#keeper.keep(async () => {
      if (body === null) return deleteDraft(id)
      await sync.engine.saveDraft({ id, kind, intervention, version: 1, saved_at: limaIso(now), body })
      this.savedAt = now
    })
  }

  /** What was written is not on the device, and why. */
  get trouble(): StorageTrouble | '' {
    return this.#keeper.trouble
  }

  close(): void {
    this.#heed()
    this.#keeper.close()
  }
}
