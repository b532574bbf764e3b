import { limaIso } from '../domain/day'
import type { StorageTrouble } from '../domain/storage'
import type { Draft } from '../sync/contract'
import { getDraft, lockDraft } from './drafts'
import { AGAIN_MS, Keeper } from './keeper.svelte'
import { storage } from './storage.svelte'
import { sync } from './sync.svelte'
import { unsaved } from './unsaved.svelte'

export type OpenState = 'opening' | 'open' | 'elsewhere' | 'gone'

/**
 * An open draft. Every change is committed to disk before `savedAt` says so;
 * writes go one after the other, so the newest is always what stays.
 */
export class OpenDraft<Form extends object> {
  state = $state<OpenState>('opening')
  form = $state<Form>()
  intervention = ''
  /** ms of the last commit; 0 while nothing was saved in this sitting. */
  savedAt = $state(0)
  readonly #keeper = new Keeper()
  /** The form as it is on disk; what differs is drawn as unsaved while writing fails. */
  stored = $state.raw<Form>()
  #release: (() => void) | null = null
  #closed = false
  /** Where the browser erased what was written, what is on the screen is written again. */
  readonly #heed = storage.whenGone(() => void this.change(() => undefined))

  constructor(
    readonly id: string,
    readonly kind: Draft['kind'],
    readonly version: number,
  ) {}

  /** Saving failed: what is on the screen is not on disk, and why. */
  get trouble(): StorageTrouble | '' {
    return this.#keeper.trouble
  }

  get failed(): boolean {
    return this.trouble !== ''
  }

  async open(): Promise<void> {
    this.#release = await lockDraft(this.id)
    if (!this.#release) {
      this.state = 'elsewhere'
      return
    }
    if (this.#closed) return this.close()
    const draft = await this.#read()
    if (this.#closed) return
    if (draft?.kind !== this.kind) {
      this.state = 'gone'
      return
    }
    this.intervention = draft.intervention
    this.form = draft.body as Form
    this.savedAt = Date.parse(draft.saved_at)
    this.stored = draft.body as Form
    unsaved.begin(this)
    this.state = 'open'
  }

  /** What is on disk; as long as it cannot be read, it says so and tries again. */
  async #read(): Promise<Draft | undefined> {
    while (!this.#closed) {
      try {
        const draft = await getDraft(this.id)
        storage.reading('')
        return draft
      } catch (error) {
        storage.reading(error)
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))
      }
    }
    return undefined
  }

  close(): void {
    this.#heed()
    this.#keeper.close()
    unsaved.end(this)
    this.#closed = true
    this.#release?.()
    this.#release = null
  }

  /** Changes the form and commits it. */
  change(edit: (form: Form) => void): Promise<void> {
    // After close() the draft is another tab's, finished or discarded: never written again.
    if (!this.form || this.#closed) return Promise.resolve()
    edit(this.form)
    return this.#keep()
  }

  #keep(): Promise<void> {
    const draft = this.snapshot()
    return this.#keeper.keep(async () => {
      await sync.engine.saveDraft(draft)
      this.savedAt = Date.parse(draft.saved_at)
      this.stored = draft.body as Form
    })
  }

  /** Resolves when everything changed so far is on disk. */
  written(): Promise<void> {
    return this.#keeper.written()
  }

  snapshot(): Draft {
    return {
      id: this.id,
      kind: this.kind,
      intervention: this.intervention,
      version: this.version,
      saved_at: limaIso(Date.now()),
      body: $state.snapshot(this.form),
    }
  }
}
