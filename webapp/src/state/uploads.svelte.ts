import { SvelteMap } from 'svelte/reactivity'
import type { Upload } from 'tus-js-client'
import { documentProblem, HEAD_BYTES, type DocumentProblem } from '../domain/document'
import { ApiFault, get, type Schemas } from './api'
import { hashFile } from './hash'
import { net } from './net.svelte'
import { asJpeg } from './photo'
import type { Pick } from '../domain/writing'
import type { RendicionDesk } from './rendicion.svelte'
import { send } from './send'
import { session } from './session.svelte'
import { shutsOut, transfer } from './transfer'
import { unsaved } from './unsaved.svelte'

export type FileState =
  | 'reading' // its hash is being computed
  | 'waiting' // for its turn
  | 'sending'
  | 'paused' // by the person
  | 'lost' // no network; goes on by itself
  | 'shut' // the session ended; goes on after signing in
  | 'finishing' // all bytes are there; the server proves them
  | 'pick' // chosen before a reload: the same file has to be picked again
  | 'refused'

export interface FileOnItsWay extends Pick {
  /** Of what it is for, and its hash. */
  key: string
  intervention: string
  /** The upload's id on the server, '' before it began. */
  upload: string
  /** Bytes the server has said it holds. */
  sent: number
}
const fileKey = (f: Pick): string => [f.kind, f.replaces, f.sha256].join('/')

export interface Item extends FileOnItsWay {
  state: FileState
  message: string
  /** Bytes hashed, while reading. */
  read: number
}

const AT_ONCE = 2
const AGAIN_MS = 20_000

/** Files that were chosen, for as long as the page lives: whoever has to sign in again picks none twice. */
const chosen = new SvelteMap<string, SvelteMap<string, File>>()
function chosenBy(user: string): SvelteMap<string, File> {
  let files = chosen.get(user)
  if (!files) chosen.set(user, (files = new SvelteMap()))
  return files
}

/** The files of one rendición on their way. Loaded with the documents screen only: tus is in its chunk. */
export class Uploads {
  items = $state<Item[]>([])
  readonly #files = chosenBy(session.current?.user ?? '')
  readonly #running = new SvelteMap<string, Upload>()
  #stopGate: (() => void) | undefined
  #timer: ReturnType<typeof setInterval> | undefined

  /** @param arrived a file became a document */
  constructor(
    readonly intervention: string,
    private readonly desk: RendicionDesk,
    private readonly arrived: (item: Item) => void,
  ) {}

  /** What was on its way: remembered here, and what the server says it holds. */
  async open(): Promise<void> {
    unsaved.begin(this)
    this.items = $state.snapshot(this.desk.picks).map((f) => ({
      ...f,
      key: fileKey(f),
      intervention: this.intervention,
      upload: '',
      sent: 0,
      state: this.#files.has(fileKey(f)) ? 'lost' : 'pick',
      message: '',
      read: 0,
    }))
    this.#stopGate = net.gate.subscribe((open) => (open ? this.#resumeLost() : this.#loseAll()))
    this.#timer = setInterval(() => this.#resumeLost(), AGAIN_MS)
    addEventListener('online', this.#resumeLost)
    addEventListener('visibilitychange', this.#resumeLost)
    await this.#askServer()
    this.#resumeLost()
  }

  close(): void {
    unsaved.end(this)
    this.#stopGate?.()
    clearInterval(this.#timer)
    removeEventListener('online', this.#resumeLost)
    removeEventListener('visibilitychange', this.#resumeLost)
    for (const upload of this.#running.values()) void upload.abort()
    this.#running.clear()
  }

  async #askServer(): Promise<void> {
    try {
      const { items } = await get<{ items: Schemas['Upload'][] }>(`/uploads?intervention=${this.intervention}`)
      for (const up of items) {
        const { kind, replaces, name, sha256, size } = up
        const facts = { intervention: this.intervention, kind, replaces, name, sha256, size }
        const at = this.#at(fileKey(facts))
        if (at) {
          at.upload = up.id
          if (at.state === 'pick' || at.state === 'lost') at.sent = up.offset
        } else {
          const item: Item = {
            ...facts,
            key: fileKey(facts),
            upload: up.id,
            sent: up.offset,
            state: 'pick',
            message: '',
            read: 0,
          }
          this.items.push(item)
        }
        const item = this.#at(fileKey(facts))
        // Whole already: nothing has to be picked, it only was not finished.
        if (item?.state === 'pick' && up.offset === up.size) void this.#finish(item)
      }
    } catch {
      // Offline: what is remembered here is shown.
    }
  }

  #at(key: string): Item | undefined {
    return this.items.find((i) => i.key === key)
  }

  /** Takes a file in; the same one as before goes on where it was. */
  async add(kind: string, replaces: string, file: File, maxBytes: number, words: Words): Promise<void> {
    const reading: Item = $state({
      key: `reading ${Math.random()}`,
      intervention: this.intervention,
      kind,
      replaces,
      name: file.name,
      size: file.size,
      sha256: '',
      upload: '',
      sent: 0,
      state: 'reading',
      message: '',
      read: 0,
    })
    this.items.push(reading)
    const looked = await look(file, maxBytes)
    if (looked.problem) {
      this.#refuse(reading, words[looked.problem])
      return
    }
    file = looked.file
    reading.name = file.name
    reading.size = file.size
    try {
      reading.sha256 = await hashFile(file, (bytes) => (reading.read = bytes))
    } catch {
      this.#refuse(reading, words.unreadable)
      return
    }
    this.items = this.items.filter((i) => i.key !== reading.key)
    // The same bytes are on their way already, whatever they were chosen for.
    const same = this.items.find((i) => i.sha256 === reading.sha256 && i.state !== 'refused')
    const item = same ?? { ...reading, key: fileKey(reading), state: 'waiting' as const }
    if (!same) this.items.push(item)
    const mine = this.#at(item.key)
    if (!mine || this.#running.has(mine.key)) return
    this.#files.set(mine.key, file)
    mine.state = 'waiting'
    const { kind: of, replaces: place, name, size, sha256 } = $state.snapshot(mine)
    this.desk.pick({ kind: of, replaces: place, name, size, sha256 })
    this.#next()
  }

  /** Says whether this is the file an earlier choice waits for. */
  async pickAgain(item: Item, file: File, words: Words): Promise<void> {
    item.read = 0
    item.state = 'reading'
    item.message = ''
    const sha256 = await hashFile(file, (bytes) => (item.read = bytes)).catch(() => '')
    if (sha256 !== item.sha256) {
      item.state = 'pick'
      item.message = sha256 === '' ? words.unreadable : words.other
      return
    }
    this.#files.set(item.key, file)
    item.state = 'waiting'
    this.#next()
  }

  pause(item: Item): void {
    void this.#running.get(item.key)?.abort()
    this.#running.delete(item.key)
    item.state = 'paused'
    this.#next()
  }

  resume(item: Item): void {
    item.state = this.#files.has(item.key) ? 'waiting' : 'pick'
    this.#next()
  }

  /** Gives a file up: here and, when it can be reached, on the server. */
  async drop(item: Item): Promise<void> {
    void this.#running.get(item.key)?.abort()
    this.#running.delete(item.key)
    this.#files.delete(item.key)
    this.items = this.items.filter((i) => i.key !== item.key)
    await this.desk.unpick(item)
    if (item.upload) await send(`/uploads/${item.upload}`, { method: 'DELETE' }).catch(() => undefined)
    this.#next()
  }

  #refuse(item: Item, message: string): void {
    item.state = 'refused'
    item.message = message
  }

  #next(): void {
    if (net.cut) return
    for (const item of this.items) {
      if (this.#running.size >= AT_ONCE) return
      if (item.state === 'waiting' && !this.#running.has(item.key)) this.#start(item)
    }
  }

  #start(item: Item): void {
    const file = this.#files.get(item.key)
    if (!file) return
    item.state = 'sending'
    const end = (state: FileState, message = '') => {
      this.#running.delete(item.key)
      item.state = state
      item.message = message
      this.#next()
    }
    const upload = transfer(file, $state.snapshot(item), {
      begun: (id) => (item.upload = id),
      held: (bytes) => (item.sent = bytes),
      whole: () => {
        this.#running.delete(item.key)
        void this.#finish(item)
        this.#next()
      },
      refused: (message) => end('refused', message),
      shut: () => {
        void session.refresh()
        end('shut')
      },
      lost: (message) => end('lost', message),
    })
    this.#running.set(item.key, upload)
    upload.start()
  }

  /** The bytes are there: the server proves them and makes them a document. */
  async #finish(item: Item): Promise<void> {
    item.state = 'finishing'
    item.message = ''
    try {
      await send(`/uploads/${item.upload}/complete`, { method: 'POST', body: {} })
      await this.desk.unpick(item)
      this.#files.delete(item.key)
      this.items = this.items.filter((i) => i.key !== item.key)
      this.arrived(item)
    } catch (error) {
      if (!(error instanceof ApiFault) || error.status >= 500) {
        item.state = 'lost' // finished again when the server can be reached
        item.message = error instanceof ApiFault ? error.message : ''
        return
      }
      if (shutsOut(error.status, error.problem.code)) {
        item.state = 'shut'
        await session.refresh()
        return
      }
      if (error.problem.code === 'upload_incomplete') return this.resume(item)
      this.#refuse(item, error.message)
      await this.desk.unpick(item)
    }
  }

  readonly #resumeLost = (): void => {
    if (net.cut) return
    for (const item of this.items) {
      if (item.state !== 'lost' && !(item.state === 'shut' && !session.expired)) continue
      item.message = ''
      if (item.upload !== '' && item.sent === item.size) void this.#finish(item)
      else item.state = this.#files.has(item.key) ? 'waiting' : 'pick'
    }
    this.#next()
  }

  #loseAll(): void {
    for (const [key, upload] of this.#running) {
      void upload.abort()
      const item = this.#at(key)
      if (item) item.state = 'lost'
    }
    this.#running.clear()
  }
}

/** What can be seen of a file here; a photo of an iPhone comes back as JPEG where the browser can. */
async function look(file: File, maxBytes: number): Promise<{ file: File; problem?: DocumentProblem | 'unreadable' }> {
  const problem = await problemOf(file, maxBytes)
  if (problem !== 'heic') return problem ? { file, problem } : { file }
  const jpeg = await asJpeg(file)
  if (!jpeg) return { file, problem }
  return jpeg.size > maxBytes ? { file, problem: 'large' } : { file: jpeg }
}

async function problemOf(file: File, maxBytes: number): Promise<DocumentProblem | 'unreadable' | undefined> {
  try {
    const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer())
    return documentProblem(file.name, file.size, head, maxBytes)
  } catch {
    return 'unreadable'
  }
}

/** What is said of a file before the server sees it. */
export interface Words extends Record<DocumentProblem, string> {
  unreadable: string
  other: string
}
