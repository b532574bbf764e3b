import type { AmountDraft, RendicionDraft } from '../db/rendicion'
import {
  accountOf,
  centimosOf,
  LINES,
  readAmount,
  solesOf,
  type Account,
  type Amounts,
  type Line,
} from '../domain/rendicion'
import type { StorageTrouble } from '../domain/storage'
import { ApiFault, get, NoAnswer, type Schemas } from './api'
import { Coalesced } from './coalesced'
import { Keeper } from './keeper.svelte'
import { net } from './net.svelte'
import { readable, rendicionDb } from './rendicionDb'
import { send } from './send'
import { session } from './session.svelte'
import { storage } from './storage.svelte'

export type Rendicion = Schemas['Rendicion']

/** Where what was typed is: nowhere else but here, on its way, or at the server. */
export type SaveState = 'received' | 'local' | 'sending'

const PAUSE_MS = 700
const RETRY_MS = [3_000, 10_000, 30_000]

/**
 * One rendición with what was typed on top. Every change is committed on the
 * device first and sent in the next pause; without an answer it is sent again.
 */
export class RendicionDesk {
  data = $state.raw<Rendicion | undefined>()
  lines = $state<Record<string, AmountDraft>>({})
  answers = $state<Record<string, string>>({})
  /** What somebody else put meanwhile, by line, in soles. */
  conflicts = $state<Record<string, string | null>>({})
  save = $state<SaveState>('received')
  offline = $state(false)
  refusal = $state('')
  savedAt = $state(0)
  readonly #keeper = new Keeper()
  readonly #heed = storage.whenGone(() => void this.#keep())
  #timer: ReturnType<typeof setTimeout> | undefined
  #tries = 0
  readonly #pushes = new Coalesced(() => this.#pushOnce())
  #closed = false
  /** "line amount" of everything sent in this sitting. */
  readonly #attempted: string[] = []

  constructor(readonly intervention: string) {}

  readonly typed = $derived.by(() => {
    const out: Partial<Record<Line, ReturnType<typeof readAmount>>> = {}
    for (const line of LINES) out[line] = readAmount(this.textOf(line))
    return out
  })
  /** Lines whose text is no amount. */
  readonly wrong = $derived(LINES.filter((l) => this.typed[l]?.ok === false))
  readonly account: Account = $derived.by(() => {
    const amounts: Amounts = {}
    for (const line of LINES) {
      const read = this.typed[line]
      if (read?.ok && read.value !== null) amounts[line] = read.value
    }
    return accountOf(centimosOf(this.data?.transferred ?? '0'), amounts)
  })

  /** Opens what is on the device, then asks the server. */
  async open(): Promise<void> {
    const draft = await readable(() => rendicionDb().drafts.get(this.intervention))
    if (draft) {
      this.lines = draft.lines
      this.answers = draft.answers
      this.savedAt = draft.saved_at
      this.save = 'local'
    }
    await this.refresh()
  }

  close(): void {
    this.#closed = true
    this.#heed()
    this.#keeper.close()
    clearTimeout(this.#timer)
  }

  /** What was typed is not on the device, and why. */
  get trouble(): StorageTrouble | '' {
    return this.#keeper.trouble
  }

  textOf(line: Line): string {
    return this.lines[line]?.text ?? this.stated(line) ?? ''
  }

  answerOf(observation: string): string {
    return this.answers[observation] ?? this.data?.observations.find((o) => o.id === observation)?.answer ?? ''
  }

  stated(line: Line): string | null {
    return this.data?.amounts.find((a) => a.line === line)?.amount ?? null
  }

  type(line: Line, text: string): void {
    const base = this.lines[line]?.base ?? this.stated(line)
    this.lines[line] = { text, base }
    this.#changed()
  }

  answer(observation: string, text: string): void {
    this.answers[observation] = text
    this.#changed()
  }

  /** Decides a line that two people changed. */
  resolve(line: Line, keep: 'mine' | 'theirs'): void {
    const theirs = this.conflicts[line] ?? null
    delete this.conflicts[line]
    if (keep === 'theirs') delete this.lines[line]
    else this.lines[line] = { text: this.textOf(line), base: theirs }
    this.#changed()
  }

  /** Asks the server how it stands. */
  async refresh(): Promise<void> {
    await this.#ask(() => get<Rendicion>(`/rendiciones/${this.intervention}`))
    if (!this.offline) void this.push()
  }

  /** Takes an answer in and drops from the draft what the server has. */
  take(data: Rendicion): void {
    this.data = data
    for (const line of LINES) {
      const draft = this.lines[line]
      if (!draft) continue
      const now = this.stated(line)
      const read = readAmount(draft.text)
      // Zero and nothing stated are one.
      const value = read.ok ? (read.value ? solesOf(read.value) : null) : undefined
      // What we sent before may have arrived though its answer did not.
      if (this.#attempted.includes(`${line} ${now}`)) draft.base = now
      if (value === now) delete this.lines[line]
      else if (draft.base !== now) this.conflicts[line] = now
    }
    for (const o of data.observations) if (this.answers[o.id] === o.answer) delete this.answers[o.id]
    if (this.save !== 'sending') this.save = this.#dirty() ? 'local' : 'received'
    void this.#keep()
  }

  /** Resolves when everything typed so far is at the server; false when it could not be sent. */
  async sendAll(): Promise<boolean> {
    clearTimeout(this.#timer)
    await this.push()
    return !this.#dirty() && Object.keys(this.conflicts).length === 0
  }

  /** Presents what is on the screen. Answers whether the server took it. */
  async submit(): Promise<boolean> {
    const revision = this.data?.revision ?? 0
    return this.#ask(() =>
      send<Rendicion>(`/rendiciones/${this.intervention}/submit`, { method: 'POST', body: { revision } }),
    )
  }

  async withdraw(document: string): Promise<boolean> {
    return this.#ask(() =>
      send<Rendicion>(`/rendiciones/${this.intervention}/documents/${document}`, { method: 'DELETE' }),
    )
  }

  /** Sends what differs. One request at a time; it ends when what was typed before it was sent. */
  push(): Promise<void> {
    return this.#pushes.run()
  }

  async #pushOnce(): Promise<void> {
    const lines = this.#sendable()
    const answers = $state.snapshot(this.answers)
    if (!this.data?.can_edit || (lines.length === 0 && Object.keys(answers).length === 0)) return
    this.save = 'sending'
    for (const { line, amount } of lines) this.#attempted.push(`${line} ${amount}`)
    const done = await this.#ask(() =>
      send<Rendicion>(`/rendiciones/${this.intervention}`, { method: 'PATCH', body: { lines, answers } }),
    )
    this.save = this.#dirty() ? 'local' : 'received'
    if (done) this.#tries = 0
    else if (this.offline) this.#later()
  }

  #sendable(): Schemas['RendicionLineChange'][] {
    return LINES.flatMap((line) => {
      const draft = this.lines[line]
      const read = this.typed[line]
      if (!draft || !read?.ok || line in this.conflicts) return []
      return [{ line, amount: read.value === null ? null : solesOf(read.value), base: draft.base }]
    })
  }

  #dirty(): boolean {
    return Object.keys(this.lines).length > 0 || Object.keys(this.answers).length > 0
  }

  #changed(): void {
    this.save = 'local'
    void this.#keep()
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.push(), PAUSE_MS)
  }

  #later(): void {
    if (this.#closed) return
    const wait = RETRY_MS[Math.min(this.#tries++, RETRY_MS.length - 1)] ?? 0
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => (net.cut ? this.#later() : void this.push()), wait)
  }

  /** Commits the draft; one after the other, so the newest stays. */
  #keep(): Promise<void> {
    const draft: RendicionDraft = {
      intervention: this.intervention,
      lines: $state.snapshot(this.lines),
      answers: $state.snapshot(this.answers),
      saved_at: Date.now(),
    }
    const dirty = this.#dirty()
    return this.#keeper.keep(async () => {
      const { drafts } = rendicionDb()
      if (dirty) {
        await drafts.put(draft)
        this.savedAt = draft.saved_at
      } else await drafts.delete(this.intervention)
    })
  }

  async #ask(ask: () => Promise<Rendicion>): Promise<boolean> {
    try {
      const data = await ask()
      this.offline = false
      this.refusal = ''
      this.take(data)
      return true
    } catch (error) {
      this.offline = error instanceof NoAnswer
      if (!(error instanceof ApiFault)) return false
      this.refusal = error.message
      if (error.status === 401) void session.refresh()
      if (error.status === 409) await this.#seeAgain()
      return false
    }
  }

  /** Something moved under us: show it, and keep what the server said about it. */
  async #seeAgain(): Promise<void> {
    try {
      this.take(await get<Rendicion>(`/rendiciones/${this.intervention}`))
    } catch {
      // What is on the screen stays; the refusal says what happened.
    }
  }
}
