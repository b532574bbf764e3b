/**
 * Carries files over: one request at a time, each one step of the channel. What it
 * remembers between two steps may be lost: a phone that was killed asks the server
 * where it stands. What the requests are and what their answers mean: upload.ts.
 */
import type { DeviceFile } from './contract'
import type { Answer, BytesAnswer, FileNote, Transport, WorkStore } from './ports'
import { NOT_SENDING } from './status'
import type { Sending } from './status'
import { askFor, meaningOf, nextFile, partOf, requestFor } from './upload'
import type { Ask, Part } from './upload'

/** What one step came to: see the core's event 'sent'. */
export type Sent = { failed: Answer } | { more: boolean; heard: boolean; held: boolean; pull: boolean }

const AGAIN: Sent = { more: true, heard: true, held: false, pull: false }
/** How often one file may come to nothing before the others go first. */
const STRIKES = 3

export interface SenderPorts {
  work: WorkStore
  transport: Transport & { closed?(): boolean }
  /** What carries the bytes costs nothing, as far as the device knows. */
  unmetered?(): boolean
  /** Bytes in one request, where not as many as usual. */
  piece?: number
}

export class Sender {
  /** Records that the server did not know when their bytes came, since the last pull that would have shown them. */
  readonly missing = new Set<string>()
  sending: Sending = NOT_SENDING
  /** How much the server holds of the upload under way, by its own word. */
  private at: { upload: string; offset: number } | undefined
  private data: { hash: string; bytes: ArrayBuffer } | undefined
  private current = ''
  /** Stored since the last pull was asked for. */
  private delivered = false
  /** Files that come after all others, and the answer that put the last of them there. */
  private readonly aside = new Map<string, Answer>()
  /** How often one came to nothing since it came farther than ever. */
  private readonly tries = new Map<string, { strikes: number; best: number }>()

  constructor(private readonly ports: SenderPorts) {}

  /** Between two parts, of which the last may have changed what is counted. */
  get between(): boolean {
    return this.current === ''
  }

  async step(): Promise<Sent> {
    const file = await this.pick()
    if (!file) return this.rest()
    const { work, transport } = this.ports
    if ((await work.meta()).wifiOnly && this.ports.unmetered?.() !== true) {
      this.forget({ ...NOT_SENDING, held: 'wifi' })
      return { more: false, heard: false, held: true, pull: this.told() }
    }
    if (transport.closed?.()) return { failed: { status: 0 } }
    this.sending = { current: file.id, sent: file.sent, held: '' }
    const part = partOf(file)
    const data = await this.bytesOf(part)
    if (!data) return this.withoutBytes(file, part)
    const ask = askFor(file, part, this.at?.upload === file.upload ? this.at.offset : undefined, this.ports.piece)
    const { method, path, headers, body } = requestFor(ask, file, part, data)
    const answer = await transport.bytes(method, path, headers, body)
    return (await this.heard(file, part, ask, answer)) ?? AGAIN
  }

  /** The one under way, as long as it is to be sent; else the next. */
  private async pick(): Promise<DeviceFile | undefined> {
    const { work } = this.ports
    const [same] = this.current ? await work.sendable(this.current) : []
    if (same) return same
    const next = nextFile(await work.sendable(), new Set(this.aside.keys()))
    this.current = next?.id ?? ''
    return next
  }

  /** Nothing else is left to do: what was set aside is tried again, later and later. */
  private rest(): Sent {
    this.forget(NOT_SENDING)
    const [last] = [...this.aside.values()].slice(-1)
    this.aside.clear()
    return last ? { failed: last } : { more: false, heard: false, held: false, pull: this.told() }
  }

  private told(): boolean {
    const { delivered } = this
    this.delivered = false
    return delivered
  }

  private forget(sending: Sending): void {
    this.sending = sending
    this.current = ''
    this.at = this.data = undefined
  }

  private async bytesOf({ hash }: Part): Promise<ArrayBuffer | undefined> {
    if (this.data?.hash === hash) return this.data.bytes
    const bytes = await this.ports.work.bytes(hash)
    this.data = bytes && { hash, bytes }
    return bytes
  }

  /** The browser has lost them: nothing can be sent, and that is said. */
  private async withoutBytes(file: DeviceFile, { part }: Part): Promise<Sent> {
    await this.over(file, part === 'thumb' ? { thumbSent: true } : { state: 'refused', refusal: 'file_lost' })
    return { ...AGAIN, heard: false }
  }

  /** Undefined where it goes on. */
  private async heard(file: DeviceFile, part: Part, ask: Ask, answer: BytesAnswer): Promise<Sent | undefined> {
    const meaning = meaningOf(ask, part, answer)
    switch (meaning.is) {
      case 'begun':
        this.at = { upload: meaning.upload, offset: meaning.offset }
        return this.note(file, { upload: meaning.upload })
      case 'at':
        this.at = { upload: file.upload, offset: meaning.offset }
        if (ask.do === 'send') this.cameTo(file, meaning.offset)
        return part.part === 'file' ? this.note(file, { sent: meaning.offset }) : undefined
      case 'stored':
        this.delivered ||= part.part === 'file'
        return this.over(file, part.part === 'thumb' ? THUMB_OVER : { ...STORED, sent: part.size })
      case 'anew':
        await this.note(file, { upload: '', sent: 0 })
        return this.struck(file, answer)
      case 'damaged':
        await this.note(file, { upload: '', sent: 0 })
        return this.struck(file, answer, 'file_hash_mismatch')
      case 'unsure':
        this.at = undefined
        return this.struck(file, answer)
      case 'refused':
        // A picture is worth more than its thumbnail.
        return this.over(
          file,
          part.part === 'thumb' ? THUMB_OVER : refusedFor(meaning.code, ask.do === 'finish' ? file.upload : ''),
        )
      case 'missing':
        // A device in no use any more pulls nothing that would tell what became of the record.
        if ((await this.ports.work.meta()).standing === 'revoked')
          return this.over(file, { state: 'refused', refusal: 'record_not_found' })
        this.missing.add(file.id)
        return this.putAside(file, answer)
      case 'poison':
        return this.putAside(file, answer)
      case 'failed':
        this.at = undefined
        return { failed: answer }
    }
  }

  private async note(file: DeviceFile, note: FileNote): Promise<undefined> {
    await this.ports.work.noteFile(file.id, note)
    this.sending = { ...this.sending, sent: note.sent ?? this.sending.sent }
  }

  /** Done with this part, well or not. */
  private async over(file: DeviceFile, note: FileNote): Promise<undefined> {
    this.forget(this.sending)
    this.tries.delete(file.id)
    await this.ports.work.noteFile(file.id, note)
  }

  private cameTo(file: DeviceFile, offset: number): void {
    const { best } = this.tries.get(file.id) ?? { best: 0 }
    if (offset > best) this.tries.set(file.id, { strikes: 0, best: offset })
  }

  /** It came to nothing; too often, and it is another's turn, or it can not be sent. */
  private struck(file: DeviceFile, answer: Answer, code = ''): Promise<undefined> | undefined {
    const { strikes, best } = this.tries.get(file.id) ?? { strikes: 0, best: 0 }
    this.tries.set(file.id, { strikes: strikes + 1, best })
    if (strikes + 1 < STRIKES) return undefined
    return code === '' ? this.putAside(file, answer) : this.over(file, refusedFor(code))
  }

  private putAside(file: DeviceFile, answer: Answer): undefined {
    this.aside.set(file.id, answer)
    this.tries.delete(file.id)
    this.forget(this.sending)
  }
}

const STORED = { state: 'stored', upload: '' } as const
const THUMB_OVER = { thumbSent: true, upload: '' } as const
const refusedFor = (code: string, upload = ''): FileNote => ({ state: 'refused', refusal: code, upload, sent: 0 })
