import type { StorageTrouble } from '../domain/storage'
import { reviewDraft, type ObservationDraft, type ReviewForm } from '../domain/writing'
import { ApiFault, get, NoAnswer, type Schemas } from './api'
import { Kept } from './kept.svelte'
import { send } from './send'

type Rendicion = Schemas['Rendicion']

/** A reviewer's look at one rendición. What he writes is kept on the device until he decides. */
export class ReviewDesk {
  data = $state.raw<Rendicion | undefined>()
  observations = $state<ObservationDraft[]>([])
  lifted = $state<string[]>([])
  offline = $state(false)
  refusal = $state('')
  busy = $state(false)
  #opened = false
  readonly #kept: Kept<ReviewForm>

  constructor(readonly intervention: string) {
    this.#kept = new Kept(reviewDraft(intervention), 'review', intervention, () =>
      this.observations.length + this.lifted.length === 0
        ? null
        : { round: this.data?.round ?? 0, observations: this.observations, lifted: this.lifted },
    )
  }

  /** What was written is not on the device, and why. */
  get trouble(): StorageTrouble | '' {
    return this.#kept.trouble
  }

  close(): void {
    this.#kept.close()
  }

  /** What was written is there as soon as it is known what it is about, also at a later try. */
  async open(): Promise<void> {
    if (this.#opened || !(await this.#ask(() => get<Rendicion>(`/rendiciones/${this.intervention}`)))) return
    this.#opened = true
    const draft = await this.#kept.read()
    // A draft is about what was presented then.
    if (draft && draft.round === this.data?.round && this.data.can_review) {
      this.observations = draft.observations
      this.lifted = draft.lifted
    }
  }

  /** The draft about an item, if there is one. */
  about(target: ObservationDraft['target'], item: string): ObservationDraft | undefined {
    return this.observations.find((o) => o.target === target && o.item === item)
  }

  write(draft: ObservationDraft): void {
    const at = this.observations.findIndex((o) => o.target === draft.target && o.item === draft.item)
    if (at < 0) this.observations.push(draft)
    else this.observations[at] = draft
    void this.#kept.write()
  }

  unwrite(draft: ObservationDraft): void {
    this.observations = this.observations.filter((o) => o.target !== draft.target || o.item !== draft.item)
    void this.#kept.write()
  }

  lift(observation: string, accept: boolean): void {
    const others = this.lifted.filter((id) => id !== observation)
    this.lifted = accept ? [...others, observation] : others
    void this.#kept.write()
  }

  /** Approves or sends back; answers whether the server took it. */
  async decide(approve: boolean): Promise<boolean> {
    this.busy = true
    const body: Schemas['RendicionReview'] = {
      revision: this.data?.revision ?? 0,
      approve,
      lifted: $state.snapshot(this.lifted),
      observations: $state.snapshot(this.observations) as Schemas['NewObservation'][],
    }
    const done = await this.#ask(() =>
      send<Rendicion>(`/rendiciones/${this.intervention}/review`, { method: 'POST', body }),
    )
    if (done) {
      this.observations = []
      this.lifted = []
      await this.#kept.write()
    }
    this.busy = false
    return done
  }

  /** Takes a document out of quarantine; answers whether the server did. */
  async release(document: string, reason: string): Promise<boolean> {
    this.busy = true
    const body: Schemas['ReleaseRequest'] = { reason }
    const done = await this.#ask(async () => {
      await send(`/quarantine/rendicion_documents/${document}/release`, { method: 'POST', body })
      return get<Rendicion>(`/rendiciones/${this.intervention}`)
    })
    this.busy = false
    return done
  }

  async #ask(ask: () => Promise<Rendicion>): Promise<boolean> {
    try {
      this.data = await ask()
      this.offline = false
      this.refusal = ''
      return true
    } catch (error) {
      this.offline = error instanceof NoAnswer
      if (error instanceof ApiFault) this.refusal = error.message
      return false
    }
  }
}
