import { limaIso } from '../domain/day'
import type { Draft } from '../sync/contract'
import { getDraft, lockDraft } from './drafts'
import { sync } from './sync.svelte'
import { unsaved } from './unsaved.svelte'

/** How long until a write that failed is tried again. */
const AGAIN_MS = 3_000

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
  /** Saving failed: what is on the screen is not on disk. */
  failed = $state(false)
  /** The form as it is on disk; what differs is drawn as unsaved while writing fails. */
  stored = $state.raw<Form>()
  #again: ReturnType<typeof setTimeout> | undefined
  #release: (() => void) | null = null
  #closed = false
  #tail: Promise<void> = Promise.resolve()

  constructor(
    readonly id: string,
    readonly kind: Draft['kind'],
    readonly version: number,
  ) {}

  async open(): Promise<void> {
    this.#release = await lockDraft(this.id)
    if (!this.#release) {
      this.state = 'elsewhere'
      return
    }
    if (this.#closed) return this.close()
    const draft = await getDraft(this.id)
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

  close(): void {
    clearTimeout(this.#again)
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
    const draft = this.snapshot()
    this.#tail = this.#tail.then(() => this.#commit(draft))
    return this.#tail
  }

  /** Resolves when everything changed so far is on disk. */
  settled(): Promise<void> {
    return this.#tail
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

  async #commit(draft: Draft): Promise<void> {
    clearTimeout(this.#again)
    try {
      await sync.engine.saveDraft(draft)
      this.savedAt = Date.parse(draft.saved_at)
      this.stored = draft.body as Form
      this.#fails(false)
    } catch {
      this.#fails(true)
      // Space may have been freed meanwhile; the person need not touch anything again.
      if (!this.#closed) this.#again = setTimeout(() => void this.change(() => undefined), AGAIN_MS)
    }
  }

  #fails(failed: boolean): void {
    this.failed = failed
    if (!this.#closed) unsaved.fails(this, failed)
  }
}
