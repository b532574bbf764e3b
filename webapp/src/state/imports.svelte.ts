import { ApiFault, get, type Schemas } from './api'
import { hashFile } from './hash'
import { send } from './send'
import { session } from './session.svelte'

type Import = Schemas['Import']
type Preview = Schemas['ImportPreview']
type Undo = Schemas['ImportUndo']

type Reading = Schemas['ImportReading']

const ASK_EVERY = 800

/** What is lost at most when the connection is cut. */
const PIECE = 2 << 20
/** How long to wait for an answer before the piece is sent again; then the person is told. */
const RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000]

/**
 * Sends a file; nothing is imported yet. One that was cut off, here or before the page was closed, goes on where it
 * was: the server knows it by its hash. Throws as `send` does, and Error when the file cannot be read.
 */
export async function upload(
  kind: string,
  file: File,
  signal: AbortSignal,
  told: (bytes: number) => void,
): Promise<Import> {
  const sha256 = await hashFile(file, () => undefined)
  const facts = { kind, name: file.name, size: file.size, sha256 }
  let batch = await send<Import>('/imports/files', { method: 'POST', body: facts, signal })
  for (let tries = 0; batch.state === 'receiving';) {
    told(batch.received)
    const body = file.slice(batch.received, batch.received + PIECE)
    try {
      batch = await send<Import>(`/imports/${batch.id}/bytes?offset=${batch.received}`, { method: 'PUT', body, signal })
      tries = 0
    } catch (error) {
      const wait = RETRY_MS[tries++]
      if (wait === undefined || signal.aborted || (error instanceof ApiFault && error.status < 500)) throw error
      await new Promise((r) => setTimeout(r, wait))
    }
  }
  return batch
}

/** One file on its way: looked at, imported, undone. */
export class ImportRun {
  batch = $state.raw<Import | undefined>()
  preview = $state.raw<Preview | undefined>()
  refused = $state.raw<Undo | undefined>()
  doing = $state<'' | 'reading' | 'applying' | 'undoing'>('')
  /** Rows of the file read so far; with a total, rows planned or written so far. */
  rows = $state(0)
  /** Of how many, once that is known. */
  total = $state(0)
  /** Seconds this part of the work still takes; 0 while nobody knows. */
  left = $state(0)
  /** What the server said when it refused. */
  refusal = $state('')
  /** No answer came. */
  offline = $state(false)
  /** The person stopped the reading. */
  stopped = $state(false)
  #abort: AbortController | undefined

  constructor(readonly id: string) {}

  /** Looks at the file, and reads it when it is not imported yet. */
  async open(): Promise<void> {
    await this.#try(async () => {
      this.batch = await get<Import>(`/imports/${this.id}`)
    })
    if (this.batch?.state === 'uploaded') await this.look()
    else await this.#follow()
  }

  /** As long as the server works on it, here or after a restart, asks how far it is. */
  async #follow(): Promise<void> {
    const abort = (this.#abort = new AbortController())
    this.rows = this.total = this.left = 0
    for (;;) {
      const state = this.batch?.state
      if (state !== 'applying' && state !== 'undoing') break
      this.doing = state
      await new Promise((r) => setTimeout(r, ASK_EVERY))
      if (abort.signal.aborted) return
      const now = await get<Import>(`/imports/${this.id}`).catch(() => undefined)
      this.offline = now === undefined
      if (!now) continue
      this.batch = now
      this.#tell(now)
    }
    this.preview = undefined
    if (this.#abort === abort) this.doing = ''
  }

  #tell(now: Import): void {
    if (now.progress === undefined) return
    this.rows = now.progress
    this.total = now.progress_total ?? 0
    this.left = now.seconds_left ?? 0
  }

  /** Reads the file, the way the person chose; else as the last time. */
  async look(reading?: Reading): Promise<void> {
    this.stopped = false
    await this.#during('reading', async (signal) => {
      this.preview = await send<Preview>(`/imports/${this.id}/preview`, { method: 'POST', body: { reading }, signal })
      this.batch = this.preview.import
    })
  }

  /** Stops the reading; nothing was written. */
  stop(): void {
    this.stopped = this.doing === 'reading'
    this.#abort?.abort()
  }

  async apply(): Promise<void> {
    const fingerprint = this.preview?.fingerprint ?? ''
    await this.#during('applying', async () => {
      this.batch = await send<Import>(`/imports/${this.id}/apply`, { method: 'POST', body: { fingerprint } })
    })
    // No answer is not a no: what became of it is for the server to say.
    if (this.offline) await this.#try(async () => void (this.batch = await get<Import>(`/imports/${this.id}`)))
    await this.#follow()
  }

  /** The reason is of an import that touches closed months. */
  async undo(reason = ''): Promise<void> {
    this.refused = undefined
    await this.#during('undoing', async () => {
      const answer = await send<Undo>(`/imports/${this.id}/undo`, { method: 'POST', body: reason ? { reason } : {} })
      if (answer.refused > 0) this.refused = answer
      else this.batch = answer.import
    })
    await this.#follow()
  }

  /** Forgets the file; answers whether it did. */
  async discard(): Promise<boolean> {
    this.stop()
    return this.#try(() => send(`/imports/${this.id}`, { method: 'DELETE' }))
  }

  async #during(what: 'reading' | 'applying' | 'undoing', work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#abort?.abort()
    const abort = (this.#abort = new AbortController())
    this.doing = what
    this.rows = this.total = this.left = 0
    const asking = setInterval(() => void this.#ask(), ASK_EVERY)
    await this.#try(() => work(abort.signal))
    clearInterval(asking)
    if (this.#abort === abort) this.doing = ''
  }

  async #ask(): Promise<void> {
    const now = await get<Import>(`/imports/${this.id}`).catch(() => undefined)
    if (now && this.doing !== '') this.#tell(now)
  }

  async #try(work: () => Promise<unknown>): Promise<boolean> {
    this.refusal = ''
    this.offline = false
    try {
      await work()
      return true
    } catch (error) {
      if (error instanceof ApiFault) {
        this.refusal = error.message
        if (error.status === 401) void session.refresh()
      } else {
        this.offline = !this.stopped
      }
      return false
    }
  }
}
