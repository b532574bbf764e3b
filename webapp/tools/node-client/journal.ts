/**
 * A file of transactions. Each is one line, hash and JSON, and counts once it is
 * flushed to the disk; a line torn by a kill or a power loss is cut off when the
 * file is opened next, as if the transaction had never been.
 */
import { createHash } from 'node:crypto'
import { open, readFile, rename, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'

const hashOf = (json: string): string => createHash('sha256').update(json).digest('hex').slice(0, 16)
/** Bytes are written as text. */
const asText = (_: string, value: unknown): unknown =>
  value instanceof ArrayBuffer ? { base64: Buffer.from(value).toString('base64') } : value
const asBytes = (_: string, value: unknown): unknown => {
  const { base64, ...rest } = (value ?? {}) as { base64?: unknown }
  if (typeof base64 !== 'string' || Object.keys(rest).length > 0) return value
  return new Uint8Array(Buffer.from(base64, 'base64')).buffer
}
const lineOf = (entry: unknown): string => {
  const json = JSON.stringify(entry, asText)
  return `${hashOf(json)} ${json}\n`
}

/** The whole lines of a file, and where they end, in bytes. */
function readLines(bytes: Buffer): { entries: unknown[]; size: number } {
  const entries: unknown[] = []
  let size = 0
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, size)) {
    const line = bytes.subarray(size, end).toString('utf8')
    const json = line.slice(17)
    if (line.slice(0, 16) !== hashOf(json)) break
    entries.push(JSON.parse(json, asBytes))
    size = end + 1
  }
  return { entries, size }
}

/** A file's name lasts only once its folder was flushed. */
async function flushFolder(path: string): Promise<void> {
  const folder = await open(dirname(path), 'r')
  await folder.sync()
  await folder.close()
}

export class Journal {
  private constructor(
    private readonly path: string,
    private file: FileHandle,
    private size: number,
    private compacted: number,
  ) {}

  /** @param replay is given every transaction, oldest first */
  static async open(path: string, replay: (entry: unknown) => void): Promise<Journal> {
    await unlink(`${path}.new`).catch(() => undefined)
    const { entries, size } = readLines(await readFile(path).catch(() => Buffer.alloc(0)))
    for (const entry of entries) replay(entry)
    const file = await open(path, 'a')
    await file.truncate(size)
    await file.sync()
    await flushFolder(path)
    return new Journal(path, file, size, size)
  }

  /** Resolves once it is on the disk; what fails leaves the file as it was. */
  async append(entry: unknown): Promise<void> {
    const bytes = Buffer.from(lineOf(entry))
    try {
      await this.file.appendFile(bytes)
      await this.file.datasync()
      this.size += bytes.length
    } catch (error) {
      await this.file.truncate(this.size)
      throw error
    }
  }

  get overgrown(): boolean {
    return this.size > 4_000_000 && this.size > 3 * this.compacted
  }

  /** Replaces everything by one transaction that comes to the same. */
  async compact(entry: unknown): Promise<void> {
    const next = `${this.path}.new`
    const file = await open(next, 'w')
    await file.writeFile(lineOf(entry))
    await file.sync()
    await file.close()
    await rename(next, this.path)
    await flushFolder(this.path)
    await this.file.close()
    this.file = await open(this.path, 'a')
    this.size = this.compacted = (await this.file.stat()).size
  }

  async close(): Promise<void> {
    await this.file.close()
  }
}
