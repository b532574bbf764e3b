import { untrack } from 'svelte'
import { isInForce } from '../domain/account'
import {
  accountOf,
  centimosOf,
  LINES,
  readAmount,
  solesOf,
  type Account,
  type Amounts,
  type Line,
  type Seen,
} from '../domain/rendicion'
import { declared } from '../domain/records'
import { isToAnswer } from '../domain/states'
import { rendiciones } from '../domain/states.gen'
import type { StorageTrouble } from '../domain/storage'
import { visible } from '../domain/text'
import { isBlank, isSamePick, rendicionDraft, type AmountDraft, type Pick, type RendicionForm } from '../domain/writing'
import { recordId } from '../sync/ids'
import { accountOfWork, type Rendicion, type Shown } from './account'
import { ApiFault, get, NoAnswer } from './api'
import { clock } from './clock.svelte'
import { Coalesced } from './coalesced'
import { isOpen, settleConflict, type OwnConflict } from './conflicts'
import { Kept } from './kept.svelte'
import { Live } from './live.svelte'
import { all, one, type Overlaid } from './replica'
import { session } from './session.svelte'
import { sync } from './sync.svelte'

export type { Rendicion }

/** Where what was typed is: nowhere else but here, on its way, or at the server. */
export type SaveState = 'received' | 'local' | 'sending'

const PAUSE_MS = 700

type Kind = 'rendiciones' | 'rendicion_lines' | 'rendicion_observations'

/** Two people changed a line: what each put, in soles; null for nothing. */
export interface LineConflict {
  yours: string | null
  theirs: string | null
  conflict: OwnConflict
}
/** What the server did not take, by the record it was about. */
interface Refused {
  message: string
  group: string
}

const textOf = (centimos: unknown): string | null =>
  typeof centimos === 'number' && centimos !== 0 ? solesOf(BigInt(centimos)) : null

const readOnly = (said: Rendicion): Rendicion => ({
  ...said,
  can_edit: false,
  amounts: said.amounts.map((a) => ({ ...a, open: false })),
  kinds: said.kinds.map((k) => ({ ...k, open: false })),
  documents: said.documents.map((d) => ({ ...d, open: false })),
})

/**
 * One rendición as this phone has it, with what was typed on top. Every change is
 * committed on the device first, as it is typed; in the next pause what is an amount
 * goes to the outbox, like everything that is recorded here.
 */
export class RendicionDesk {
  lines = $state<Record<string, AmountDraft>>({})
  answers = $state<Record<string, string>>({})
  /** What an older app had half sent, and has to be chosen again. */
  picks = $state<Pick[]>([])
  offline = $state(false)
  refusal = $state('')
  /** What the server says besides: who observed, what was found in a file. Never what is stated. */
  #said = $state.raw<Rendicion | undefined>()
  readonly #kept: Kept<RendicionForm>
  #timer: ReturnType<typeof setTimeout> | undefined
  readonly #flushes = new Coalesced(() => this.#flushOnce())
  readonly #live: Live<Shown | null>
  readonly #conflicts: Live<OwnConflict[]>
  readonly #refused: Live<Record<string, Refused>>
  readonly #there = $derived(Boolean(this.shown))

  /**
   * @param intervention the work it is about
   * @param label what the sync centre calls what was done
   */
  constructor(
    readonly intervention: string,
    readonly label: (what: Kind, name: string) => string,
  ) {
    this.#kept = new Kept(rendicionDraft(intervention), 'rendicion', intervention, () => {
      const form = { lines: this.lines, answers: this.answers, picks: this.picks }
      return isBlank(form) ? null : form
    })
    this.#live = new Live(() => {
      const [today, said] = [clock.today, this.#said]
      return () => accountOfWork(intervention, today, said)
    })
    this.#conflicts = new Live(
      () => async () => (await all('conflicts')).filter((c) => c.intervention === intervention),
    )
    this.#refused = new Live(() => () => this.#refusals())
    // What was typed before its rows were read goes when they are.
    $effect(() => {
      if (this.#there && untrack(() => this.#dirty())) this.#later()
    })
  }

  /** Undefined until the phone's rows are read; null where it has none. */
  get shown(): Shown | null | undefined {
    return this.#live.current
  }
  get data(): Rendicion | undefined {
    // Of one that the office keeps elsewhere there are no rows: it is only read.
    if (this.shown === null && this.#said) return readOnly(this.#said)
    return this.shown?.data
  }

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
  /** His open conflicts about lines. */
  readonly conflicts: Partial<Record<Line, LineConflict>> = $derived.by(() => {
    const out: Partial<Record<Line, LineConflict>> = {}
    for (const conflict of this.#conflicts.current ?? []) {
      const line = this.shown?.lines.find((l) => l.id === conflict.record)
      const value = conflict.values.find((v) => v.field === 'amount')
      if (!line || !value || !isOpen(conflict) || conflict.author !== session.current?.user) continue
      out[line.kind] = { yours: textOf(value.mine), theirs: textOf(value.theirs), conflict }
    }
    return out
  })
  readonly save: SaveState = $derived.by(() => {
    const waits = [...(this.shown?.lines ?? []), ...(this.shown?.observations ?? [])].some(
      (r) => r.marker === 'pending',
    )
    if (waits && sync.status.phase === 'pushing') return 'sending'
    return waits || this.#dirty() ? 'local' : 'received'
  })
  /** It is presented here, and the server has not answered yet. */
  readonly presenting = $derived(this.shown?.rendicion.marker === 'pending')
  /** Why the server did not take what was said of a record; undefined where it did. */
  refusedOf(record: string): Refused | undefined {
    return this.#refused.current?.[record]
  }

  /** Opens what was typed and not finished, and asks the server for what only it knows. */
  async open(): Promise<void> {
    const typed = await this.#kept.read()
    if (typed) {
      this.lines = typed.lines
      this.answers = typed.answers
      this.picks = typed.picks
      this.#later()
    }
    await this.refresh()
  }

  close(): void {
    void this.flush()
    this.#kept.close()
    clearTimeout(this.#timer)
  }

  /** What was typed is not on the device, and why. */
  get trouble(): StorageTrouble | '' {
    return this.#kept.trouble
  }
  get savedAt(): number {
    return this.#kept.savedAt
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

  /** It is chosen again and kept, or given up. */
  unpick(pick: Pick): Promise<void> {
    this.picks = this.picks.filter((p) => !isSamePick(p, pick))
    return this.#kept.write()
  }

  /** Decides a line that two people changed. */
  async resolve(line: Line, keep: 'mine' | 'theirs'): Promise<void> {
    const found = this.conflicts[line]
    if (!found) return
    delete this.lines[line]
    const label = this.label('rendicion_lines', line)
    await settleConflict(found.conflict, keep === 'mine' ? 'author' : 'other', label)
    // Not before: a page that ends between the two leaves it to be decided, with all that was typed.
    await this.#kept.write()
  }

  /** Asks the server what only it knows, and for what is new. */
  async refresh(): Promise<void> {
    void sync.engine.syncNow()
    await this.#ask(() => get<Rendicion>(`/rendiciones/${this.intervention}`))
  }

  /** Resolves when all that is typed is in the outbox; false where something is no amount, or two people differ. */
  async ready(): Promise<boolean> {
    await this.flush()
    return !this.#dirty() && Object.keys(this.conflicts).length === 0
  }

  /**
   * Puts what was typed into the outbox: what is an amount, and what is another than what is
   * stated. Also where it was closed meanwhile: then the server says so, and nothing typed is
   * left where nobody sees it.
   */
  flush(): Promise<void> {
    clearTimeout(this.#timer)
    return this.#flushes.run()
  }

  /** Presents what is on the screen: sent with the next signal. */
  async submit(): Promise<void> {
    const now = await accountOfWork(this.intervention, clock.today, this.#said)
    const state = rendiciones.moves.find((x) => x.act === 'presentar' && x.from === now?.account.state)?.to
    if (!now || !state) return
    const { account, rendicion } = now
    const lines = Object.fromEntries(
      LINES.flatMap((l) => (account.lines[l]?.amount ? [[l, account.lines[l].amount]] : [])),
    )
    const open = account.observations.filter((o) => isToAnswer(o.state) && o.answer !== '')
    const presents: Seen = {
      lines,
      documents: account.documents.filter(isInForce).map((d) => d.id),
      answers: Object.fromEntries(open.map((o) => [o.id, o.answer])),
    }
    const old = (await this.#refusals())[rendicion.id]?.group
    const knew = { saw: { state: rendicion.state }, instead: old ? [old] : [] }
    await this.#enqueue('rendiciones', rendicion, '', { state, presents }, knew)
    void sync.engine.syncNow().then(() => this.refresh())
  }

  async #flushOnce(): Promise<void> {
    const now = this.shown
    if (!now) return
    for (const row of now.lines) {
      const draft = this.lines[row.kind]
      const read = this.typed[row.kind]
      if (!draft || !read?.ok) continue
      const { text } = draft
      const base = draft.base === null ? 0 : Number(centimosOf(draft.base))
      await this.#say('rendicion_lines', row.id, row.kind, { amount: Number(read.value ?? 0n) }, { amount: base })
      if (this.lines[row.kind]?.text === text) delete this.lines[row.kind]
    }
    for (const row of now.observations) {
      const typed = this.answers[row.id]
      if (typed === undefined) continue
      await this.#say(
        'rendicion_observations',
        row.id,
        row.item,
        { answer: visible(typed).trim() },
        { answer: row.answer },
      )
      if (this.answers[row.id] === typed) delete this.answers[row.id]
    }
    await this.#kept.write()
  }

  /** Says something of a row anew: what he said of it before and was not sent yet is not sent at all. */
  async #say(
    kind: 'rendicion_lines' | 'rendicion_observations',
    id: string,
    name: string,
    fields: Record<string, unknown>,
    base: Record<string, unknown>,
  ): Promise<void> {
    const [field = '', value] = Object.entries(fields)[0] ?? []
    // Once more where what it is to replace was sent meanwhile: then it follows that.
    for (let done = false; !done;) {
      const pending = await sync.read.entries({ states: ['pending'] })
      const before = pending.filter((e) => e.mutation.record === id).at(-1)
      const row = await one(kind, id)
      const old = (await this.#refusals())[id]?.group
      if (!row || (row as unknown as Record<string, unknown>)[field] === value) {
        if (old) await sync.engine.discard(old) // he puts what stands
        return
      }
      const unsent = before?.attempts === 0 ? before : undefined
      const { base_rev = row.rev, prev = '', saw = base } = unsent?.mutation ?? {}
      const at = unsent ? { ...row, rev: base_rev, prev } : row
      const instead = [unsent?.group, old].filter((group) => group !== undefined)
      done = await this.#enqueue(kind, at, name, fields, { saw, instead })
    }
  }

  #enqueue(
    collection: Kind,
    row: Overlaid<{ id: string }> & { rendicion?: string },
    name: string,
    fields: Record<string, unknown>,
    { saw, instead }: { saw: Record<string, unknown>; instead: string[] },
  ): Promise<boolean> {
    const { form = '' } = declared(collection)
    const seen = { base_rev: row.rev, saw, ...(row.prev ? { prev: row.prev } : {}) }
    const part = row.rendicion ? { parent: row.rendicion } : {}
    return sync.engine.enqueue({
      group: recordId(),
      label: this.label(collection, name),
      intervention: this.intervention,
      mutations: [{ collection, record: row.id, op: 'update', fields, form, ...seen, ...part }],
      instead,
    })
  }

  async #refusals(): Promise<Record<string, Refused>> {
    const rejected = await sync.read.entries({ states: ['rejected'] })
    const mine = rejected.filter(
      (e) => e.intervention === this.intervention && e.mutation.collection.startsWith('rendicion'),
    )
    return Object.fromEntries(
      mine.map((e) => [
        e.mutation.record,
        { message: (e.outcome?.errors ?? []).map((x) => x.message).join(' '), group: e.group },
      ]),
    )
  }

  #dirty(): boolean {
    return Object.keys(this.lines).length > 0 || Object.keys(this.answers).length > 0
  }

  #changed(): void {
    void this.#kept.write()
    this.#later()
  }

  #later(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.flush(), PAUSE_MS)
  }

  async #ask(ask: () => Promise<Rendicion>): Promise<boolean> {
    try {
      this.#said = await ask()
      this.offline = false
      this.refusal = ''
      return true
    } catch (error) {
      this.offline = error instanceof NoAnswer
      if (!(error instanceof ApiFault)) return false
      this.refusal = error.message
      if (error.status === 401) void session.refresh()
      return false
    }
  }
}
