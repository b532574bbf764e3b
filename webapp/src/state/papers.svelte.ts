import type { PaperTrouble } from '../domain/document'
import { isSamePick, type Pick } from '../domain/writing'
import type { DeviceFile } from '../sync/contract'
import { Live } from './live.svelte'
import { forgetDropped, keepFile, keepPage, takeUp, withdraw, type Page } from './papers'
import type { RendicionDesk } from './rendicion.svelte'
import { storage } from './storage.svelte'
import { sync } from './sync.svelte'
import { unsaved } from './unsaved.svelte'

/** A file between the hand and the disk, or why it did not get there. */
export interface Job {
  key: number
  kind: string
  name: string
  size: number
  /** Bytes read so far. */
  read: number
  why: PaperTrouble | ''
}

/** A document the server did not take, with its words. */
export interface RefusedPaper {
  group: string
  kind: string
  name: string
  messages: string[]
}

/** The documents of one rendición, as this device has them. */
export class Papers {
  jobs = $state<Job[]>([])
  #count = 0
  #taken = ''
  readonly #files: Live<DeviceFile[]>
  readonly #refused: Live<RefusedPaper[]>

  /** @param label what the sync centre calls a document */
  constructor(
    readonly desk: RendicionDesk,
    private readonly label: (kind: string, name: string, gone?: boolean) => string,
  ) {
    this.#files = new Live(() => {
      const parent = this.#rendicion
      return () => (parent === '' ? Promise.resolve([]) : sync.read.files({ parent }))
    })
    this.#refused = new Live(() => () => this.#refusals())
    $effect(() => void this.#takeUp(this.#rendicion))
  }

  get #rendicion(): string {
    return this.desk.shown?.rendicion.id ?? ''
  }
  /** What this device has of a document. */
  of(id: string): DeviceFile | undefined {
    return this.#files.current?.find((f) => f.id === id)
  }
  get refused(): RefusedPaper[] {
    return this.#refused.current ?? []
  }
  get reading(): boolean {
    return this.jobs.some((j) => j.why === '')
  }

  close(): void {
    for (const job of this.jobs) unsaved.end(job)
    void forgetDropped()
  }

  async addFiles(kind: string, replaces: string, files: readonly File[]): Promise<void> {
    for (const file of files)
      await this.#keep(kind, file.name, file.size, (read) =>
        keepFile(this.#of(kind, replaces, file.name), file, '', read),
      )
  }

  addPage(kind: string, replaces: string, page: Page): Promise<PaperTrouble | ''> {
    return this.#keep(kind, page.name, 0, () => keepPage(this.#of(kind, replaces, page.name), page))
  }

  /** The file that an older app had half sent, chosen once more: the server goes on with what it holds of it. */
  async pickAgain(pick: Pick, file: File): Promise<void> {
    const { kind, replaces } = pick
    const of = this.#of(kind, replaces, file.name)
    const why = await this.#keep(kind, file.name, file.size, (read) => keepFile(of, file, pick.sha256, read))
    const known = this.desk.picks.find((p) => isSamePick(p, pick))
    if (known && (why === '' || why === 'twice')) await this.desk.unpick(known)
  }

  forget(job: Job): void {
    this.jobs = this.jobs.filter((j) => j.key !== job.key)
  }

  withdraw(id: string): Promise<() => Promise<boolean>> {
    const doc = this.desk.shown?.documents.find((d) => d.id === id)
    if (!doc) return Promise.resolve(() => Promise.resolve(false))
    return withdraw(doc, this.desk.intervention, {
      is: this.label(doc.kind, doc.name),
      gone: this.label(doc.kind, doc.name, true),
    })
  }

  /** Forgets what the server did not take; answers the way back. */
  async discard(group: string): Promise<() => Promise<void>> {
    const gone = await sync.engine.discard(group)
    return () => sync.engine.putBack(gone)
  }

  #of(kind: string, replaces: string, name: string) {
    const { intervention } = this.desk
    return { rendicion: this.#rendicion, intervention, kind, replaces, label: this.label(kind, name) }
  }

  async #keep(
    kind: string,
    name: string,
    size: number,
    keep: (read: (bytes: number) => void) => Promise<PaperTrouble | ''>,
  ): Promise<PaperTrouble | ''> {
    // What is asked when there is something to keep is more often granted.
    void storage.ask()
    const job: Job = $state({ key: ++this.#count, kind, name, size, read: 0, why: '' })
    this.jobs.push(job)
    unsaved.begin(job)
    job.why = await keep((bytes) => (job.read = bytes))
    unsaved.end(job)
    if (job.why === '') this.forget(job)
    return job.why
  }

  async #takeUp(rendicion: string): Promise<void> {
    if (rendicion === '' || this.#taken === rendicion) return
    this.#taken = rendicion
    for (const { name, why } of await takeUp(rendicion))
      this.jobs.push({ key: ++this.#count, kind: '', name, size: 0, read: 0, why })
  }

  async #refusals(): Promise<RefusedPaper[]> {
    const rejected = await sync.read.entries({ states: ['rejected'] })
    return rejected.flatMap(({ mutation, group, intervention, outcome }) => {
      const { collection, op } = mutation
      if (collection !== 'rendicion_documents' || op !== 'create' || intervention !== this.desk.intervention) return []
      const { kind, name } = mutation.fields as { kind: string; name: string }
      return [{ group, kind, name, messages: (outcome?.errors ?? []).map((x) => x.message) }]
    })
  }
}
