/**
 * The transactions on the files that were captured here: how they are put down, sent
 * and let go of. The rules are in files.ts, those of the outbox in ledger.ts.
 */
import type { Captured, DeviceFile, KeptFile, OutboxEntry, RawFile } from './contract'
import * as files from './files'
import type { FileNote, Seen, WorkMeta } from './ports'
import { Erased, metaOf, NoDraft, NOTHING } from './tables'
import type { Content, Decided, WorkChange, WorkReader, WorkTables } from './tables'

/** The entries that make the records of these. */
const entriesOf = (r: WorkReader, these: readonly DeviceFile[]): Promise<(OutboxEntry | undefined)[]> =>
  r.byCounter(these.map((f) => f.counter))

const queued = (r: WorkReader): PromiseLike<DeviceFile[]> => r.files({ states: ['queued'] })
export const unsent = async (r: WorkReader): Promise<DeviceFile[]> => {
  const waiting = await queued(r)
  return waiting.length > 0 ? files.unsent(waiting, await entriesOf(r, waiting)) : []
}

/** Records that were deleted here, as the server knows. */
async function deletedHere(r: WorkReader): Promise<Set<string>> {
  const applied = await r.byState('applied')
  return new Set(applied.flatMap((e) => (e.mutation.op === 'delete' ? [e.mutation.record] : [])))
}

/** Files that change or go, and the contents that go with them (F1). */
export async function refiled(
  r: WorkReader,
  was: readonly DeviceFile[],
  is: readonly DeviceFile[],
): Promise<WorkChange> {
  if (was.length === 0) return {}
  const left = new Set(is.map((f) => f.id))
  const others = await r.files({ hashes: files.hashesOf(was) })
  return {
    files: [...is],
    goneFiles: was.flatMap((f) => (left.has(f.id) ? [] : [f.id])),
    goneBytes: files.loose(was, is, others),
  }
}

export async function keptFile(r: WorkReader, file: DeviceFile): Promise<KeptFile> {
  const bytes = await r.bytes(file.facts.sha256)
  const thumb = file.facts.thumb === undefined ? undefined : await r.bytes(file.facts.thumb)
  return { file, ...(bytes ? { bytes } : {}), ...(thumb ? { thumb } : {}) }
}

export function contentsOf({ file, bytes, thumb }: KeptFile): Content[] {
  const { sha256, thumb: small } = file.facts
  return [
    ...(bytes ? [{ hash: sha256, data: bytes }] : []),
    ...(thumb && small !== undefined ? [{ hash: small, data: thumb }] : []),
  ]
}

const asBefore = (a: DeviceFile, b: DeviceFile | null): boolean => JSON.stringify(a) === JSON.stringify(b)

export class FileBook {
  constructor(protected readonly tables: WorkTables) {}

  protected byPerson<T>(what: string, decide: (r: WorkReader) => Promise<Decided<T>>): Promise<T> {
    return this.tables.change(what, async (r) => {
      const { standing } = await metaOf(r)
      if (standing === 'wiped' || standing === 'erased') throw new Erased()
      return decide(r)
    })
  }

  protected amend(what: string, change: (meta: WorkMeta) => Partial<WorkMeta>): Promise<void> {
    return this.tables.change(what, async (r) => {
      const meta = await metaOf(r)
      return { change: { meta: { ...meta, ...change(meta) } }, answer: undefined }
    })
  }

  /** The files whose records these entries make. */
  protected async filesBy(r: WorkReader, entries: readonly OutboxEntry[]): Promise<DeviceFile[]> {
    if (entries.length === 0) return []
    return files.madeBy(await r.files({ ids: entries.map((e) => e.mutation.record) }), entries)
  }

  stash(raw: RawFile): Promise<void> {
    return this.byPerson('stash', async (r) => {
      if (!(await r.drafts()).some((d) => d.id === raw.draft)) throw new NoDraft()
      return { change: { raws: [raw] }, answer: undefined }
    })
  }

  unstash(id: string): Promise<void> {
    return this.tables.change('unstash', () => Promise.resolve({ change: { goneRaws: [id] }, answer: undefined }))
  }

  capture(file: Captured, bytes: ArrayBuffer, thumb: ArrayBuffer): Promise<void> {
    const { size, thumb: small, thumb_size } = file.facts
    if (bytes.byteLength !== size || (small !== undefined && thumb.byteLength !== thumb_size))
      throw new RangeError('the facts are of other bytes')
    return this.byPerson('capture', async (r) => {
      if (!(await r.drafts()).some((d) => d.id === file.draft)) throw new NoDraft()
      const made = files.captured(file)
      const kept = contentsOf({ file: made, bytes, thumb })
      return { change: { files: [made], bytes: kept, goneRaws: [file.id] }, answer: undefined }
    })
  }

  dropFile(id: string): Promise<KeptFile | undefined> {
    return this.tables.change('dropFile', async (r) => {
      const [file] = await r.files({ ids: [id] })
      if (!file || (file.state !== 'draft' && file.state !== 'refused')) return NOTHING
      return { change: await refiled(r, [file], []), answer: await keptFile(r, file) }
    })
  }

  putFileBack(kept: KeptFile): Promise<boolean> {
    return this.byPerson('putFileBack', async (r) => {
      const { file } = kept
      const wanted = file.state === 'refused' || (await r.drafts()).some((d) => d.id === file.draft)
      if (!wanted || (await r.files({ ids: [file.id] })).length > 0) return { change: null, answer: false }
      return { change: { files: [file], bytes: contentsOf(kept) }, answer: true }
    })
  }

  sendFileAgain(id: string): Promise<boolean> {
    return this.byPerson('sendFileAgain', async (r) => {
      const [file] = await r.files({ ids: [id] })
      if (file?.state !== 'refused') return { change: null, answer: false }
      return { change: { files: [files.lost(file)] }, answer: true }
    })
  }

  async sendable(id?: string): Promise<DeviceFile[]> {
    return this.tables.read(async (r) => {
      const waiting = id === undefined ? await queued(r) : await r.files({ ids: [id] })
      return files.taken(waiting, await entriesOf(r, waiting)).sort(files.oldestFirst)
    })
  }

  recorded(all: boolean): Promise<DeviceFile[]> {
    return this.tables.read(async (r) => {
      const these = await r.files({ states: ['queued', 'stored', 'refused'] })
      return all ? these : these.filter((f) => f.held)
    })
  }

  bytes(hash: string): Promise<ArrayBuffer | undefined> {
    return this.tables.read(async (r) => await r.bytes(hash))
  }

  noteFile(id: string, note: FileNote): Promise<void> {
    return this.tables.change('noteFile', async (r) => {
      const next = files.noted((await r.files({ ids: [id] }))[0], note)
      return { change: next ? { files: [next] } : null, answer: undefined }
    })
  }

  async settle(seen: Seen): Promise<void> {
    const rows = new Map(seen.rows.map((row) => [row.id, row]))
    const settled = async (r: WorkReader): Promise<[DeviceFile, DeviceFile | null][]> => {
      const these = await r.files({ states: ['queued', 'stored', 'refused'] })
      const made = await entriesOf(r, these)
      const gone = these.every((f) => rows.has(f.id)) ? new Set<string>() : await deletedHere(r)
      const next = these.map((f, n): [DeviceFile, DeviceFile | null] => {
        const deleted = gone.has(f.id) || gone.has(f.parent)
        return [f, files.settled(f, rows.get(f.id), made[n], deleted, seen)]
      })
      return next.filter(([was, is]) => !asBefore(was, is))
    }
    if ((await this.tables.read(settled)).length === 0) return
    await this.tables.change('settle', async (r) => {
      const pairs = await settled(r)
      const was = pairs.map(([f]) => f)
      const is = pairs.flatMap(([, f]) => f ?? [])
      // What was refused and replaced is at the server as what replaced it.
      const let_go = is.filter((f) => !f.held).map((f) => f.facts.sha256)
      const replaced = await this.replaced(r, let_go, was)
      const after = [...is, ...replaced.map((f) => ({ ...f, held: false }))]
      return { change: await refiled(r, [...was, ...replaced], after), answer: undefined }
    })
  }

  /** Files of these contents whose entries were refused and are replaced, but for those given. */
  private async replaced(r: WorkReader, hashes: string[], but: readonly DeviceFile[]): Promise<DeviceFile[]> {
    if (hashes.length === 0) return []
    const same = (await r.files({ hashes })).filter((f) => f.held && !but.some((b) => b.id === f.id))
    const made = await entriesOf(r, same)
    return same.filter((_, n) => made[n]?.state === 'rejected' && made[n].redone_as !== undefined)
  }

  freeSpace(): Promise<number> {
    return this.tables.change('freeSpace', async (r) => {
      const free = (await r.files({ states: ['stored'] })).filter(files.isFree)
      const change = await refiled(
        r,
        free,
        free.map((f) => ({ ...f, held: false })),
      )
      return { change: free.length > 0 ? change : null, answer: free.reduce((sum, f) => sum + f.facts.size, 0) }
    })
  }

  setWifiOnly(wifiOnly: boolean): Promise<void> {
    return this.amend('wifiOnly', () => ({ wifiOnly }))
  }
}
