/** Uploads of the protocol in memory: the same upload for the same part of the same record, whole only with its hash. */
import type { BytesAnswer } from '../ports'

interface Upload {
  collection: string
  record: string
  part: string
  sha256: string
  size: number
  bytes: Uint8Array
}

export class FakeUploads {
  /** Stored bytes by `record/part`. */
  readonly stored = new Map<string, Uint8Array>()
  readonly uploads = new Map<string, Upload>()
  /** Says why a record takes no bytes now: a status and a code; undefined where it takes them. */
  refuse: (record: string, part: string, at: 'begin' | 'complete') => [number, string] | undefined = () => undefined
  knows: (record: string) => boolean = () => true
  /** Called when a whole file is stored, or its bytes are never taken: what its record says from then on. */
  says: (record: string, of: { stored: true } | { refusal: string }) => void = () => undefined
  private made = 0

  answer(method: string, path: string, headers: Readonly<Record<string, string>>, body?: ArrayBuffer): BytesAnswer {
    if (path === '/uploads') return this.begin(headers)
    const [, , id = '', complete] = path.split('/')
    const upload = this.uploads.get(id)
    if (!upload) return told(404, 'upload_not_found')
    if (complete) return this.complete(id, upload)
    if (method === 'HEAD') return { status: 200, headers: { 'upload-offset': String(upload.bytes.length) } }
    if (Number(headers['Upload-Offset']) !== upload.bytes.length) return told(409, 'offset_differs')
    const [before, more] = [upload.bytes, new Uint8Array(body ?? new ArrayBuffer(0))]
    upload.bytes = new Uint8Array(before.length + more.length)
    upload.bytes.set(before)
    upload.bytes.set(more, before.length)
    return { status: 204, headers: { 'upload-offset': String(upload.bytes.length) } }
  }

  private begin(headers: Readonly<Record<string, string>>): BytesAnswer {
    const meta = Object.fromEntries(
      (headers['Upload-Metadata'] ?? '').split(',').map((pair) => {
        const [key = '', value = ''] = pair.split(' ')
        return [key, atob(value)]
      }),
    )
    const { collection = '', record = '', part = '', sha256 = '' } = meta
    const refusal = this.refuse(record, part, 'begin')
    if (refusal) return told(...refusal)
    if (!this.knows(record)) return told(404, 'record_not_found')
    if (this.stored.has(`${record}/${part}`)) return { status: 200, headers: {}, body: { stored: true } }
    const known = [...this.uploads].find(([, u]) => u.record === record && u.part === part)?.[0]
    const id = known ?? `up${++this.made}`
    if (!known)
      this.uploads.set(id, {
        collection,
        record,
        part,
        sha256,
        size: Number(headers['Upload-Length']),
        bytes: new Uint8Array(),
      })
    return { status: 201, headers: { location: `/api/chaski/v1/uploads/${id}` } }
  }

  private complete(id: string, upload: Upload): BytesAnswer {
    const refusal = this.refuse(upload.record, upload.part, 'complete')
    if (refusal) {
      this.uploads.delete(id)
      // Damaged on the way they may come again.
      if (upload.part === 'file' && refusal[1] !== 'file_hash_mismatch')
        this.says(upload.record, { refusal: refusal[1] })
      return told(...refusal)
    }
    if (upload.bytes.length !== upload.size) return told(409, 'upload_unfinished')
    this.uploads.delete(id)
    this.stored.set(`${upload.record}/${upload.part}`, upload.bytes)
    if (upload.part === 'file') this.says(upload.record, { stored: true })
    return { status: 200, headers: {}, body: { stored: true, sha256: upload.sha256 } }
  }
}

const told = (status: number, code: string): BytesAnswer => ({
  status,
  headers: {},
  body: { error: { code, message: '' } },
})
