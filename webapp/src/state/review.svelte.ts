import type { ObservationDraft, ReviewDraft } from '../db/rendicion'
import type { StorageTrouble } from '../domain/storage'
import { ApiFault, get, NoAnswer, type Schemas } from './api'
import { Keeper } from './keeper.svelte'
import { readable, rendicionDb } from './rendicionDb'
import { send } from './send'

type Rendicion = Schemas['Rendicion']
export type { ObservationDraft }

/** A reviewer's look at one rendición. What he writes is kept on the device until he decides. */
export class ReviewDesk {
  data = $state.raw<Rendicion | undefined>()
  observations = $state<ObservationDraft[]>([])
  lifted = $state<string[]>([])
  offline = $state(false)
  refusal = $state('')
  busy = $state(false)
  readonly #keeper = new Keeper()

  constructor(readonly intervention: string) {}

  /** What was written is not on the device, and why. */
  get trouble(): StorageTrouble | '' {
    return this.#keeper.trouble
  }

  close(): void {
    this.#keeper.close()
  }

  async open(): Promise<void> {
    await this.refresh()
    const draft = await readable(() => rendicionDb().reviews.get(this.intervention))
    // A draft is about what was presented then.
    if (draft && draft.round === this.data?.round && this.data.can_review) {
      this.observations = draft.observations
      this.lifted = draft.lifted
    }
  }

  refresh(): Promise<boolean> {
    return this.#ask(() => get<Rendicion>(`/rendiciones/${this.intervention}`))
  }

  /** The draft about an item, if there is one. */
  about(target: ObservationDraft['target'], item: string): ObservationDraft | undefined {
    return this.observations.find((o) => o.target === target && o.item === item)
  }

  write(draft: ObservationDraft): void {
    const at = this.observations.findIndex((o) => o.target === draft.target && o.item === draft.item)
    if (at < 0) this.observations.push(draft)
    else this.observations[at] = draft
    this.#keep()
  }

  unwrite(draft: ObservationDraft): void {
    this.observations = this.observations.filter((o) => o.target !== draft.target || o.item !== draft.item)
    this.#keep()
  }

  lift(observation: string, accept: boolean): void {
    const others = this.lifted.filter((id) => id !== observation)
    this.lifted = accept ? [...others, observation] : others
    this.#keep()
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
      await this.#keeper.keep(() => rendicionDb().reviews.delete(this.intervention))
    }
    this.busy = false
    return done
  }

  /** Takes a document out of quarantine; answers whether the server did. */
  async release(document: string, reason: string): Promise<boolean> {
    this.busy = true
    const body: Schemas['ReleaseRequest'] = { reason }
    const done = await this.#ask(() =>
      send<Rendicion>(`/rendiciones/${this.intervention}/documents/${document}/release`, { method: 'POST', body }),
    )
    this.busy = false
    return done
  }

  #keep(): void {
    const draft: ReviewDraft = {
      intervention: this.intervention,
      round: this.data?.round ?? 0,
      observations: $state.snapshot(this.observations),
      lifted: $state.snapshot(this.lifted),
    }
    void this.#keeper.keep(async () => void (await rendicionDb().reviews.put(draft)))
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
