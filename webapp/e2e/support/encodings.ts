/** What a first sync would weigh in other shapes and encodings; see docs/performance.md. */
import { request } from 'node:http'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import type { Schemas } from './api'
import { Api } from './api'

interface Page {
  cursor: unknown
  puts: Schemas['PullPage']['puts']
  trailer: { complete: boolean }
}

/** All pages of a first sync as they cross the network in an encoding. */
export async function pagesOf(
  url: string,
  who: { email: string; password: string },
  encoding: string,
): Promise<Buffer[]> {
  const { token } = await Api.signIn(url, who.email, who.password)
  const { device } = JSON.parse(
    String(await post(url, token, '/devices', { install: 'medicion-de-tamanos' }, 'identity')),
  ) as { device: string }
  const out: Buffer[] = []
  let cursor: unknown
  for (;;) {
    const q = { protocol: 1, schema: 2, device, cursor }
    // The plain one tells how to go on.
    const page = JSON.parse(String(await post(url, token, '/sync/pull', q, 'identity'))) as Page
    out.push(await post(url, token, '/sync/pull', q, encoding))
    if (page.trailer.complete) return out
    cursor = page.cursor
  }
}

function post(url: string, token: string, path: string, body: unknown, encoding: string): Promise<Buffer> {
  return new Promise((done, fail) => {
    const headers = { authorization: token, 'content-type': 'application/json', 'accept-encoding': encoding }
    const asked = request(`${url}/api/chaski/v1${path}`, { method: 'POST', headers }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () =>
        answer.statusCode === 200
          ? done(Buffer.concat(parts))
          : fail(new Error(`${path}: ${answer.statusCode} ${Buffer.concat(parts).toString()}`)),
      )
    })
    asked.on('error', fail)
    asked.end(JSON.stringify(body))
  })
}

interface Columns {
  b: number
  c: string
  id: string[]
  rev: number[]
  data: Record<string, unknown[]>
}

/** The page with its rows by column: one list for each field of each collection in each bucket. */
export function columnar(page: Page): object {
  const groups = new Map<string, Columns>()
  for (const put of page.puts) {
    const key = `${put.b} ${put.c}`
    let g = groups.get(key)
    if (!g) groups.set(key, (g = { b: put.b, c: put.c, id: [], rev: [], data: {} }))
    g.id.push(put.id)
    g.rev.push(put.rev)
    for (const [field, value] of Object.entries(put.data)) (g.data[field] ??= []).push(value)
  }
  return { ...page, puts: [...groups.values()] }
}

/** The rows of a page by column, as the engine needs them. */
export function rowsOf(page: { puts: Columns[] }): Page['puts'] {
  return page.puts.flatMap(({ b, c, id, rev, data }) => {
    const fields = Object.entries(data)
    return id.map((one, n) => ({
      b,
      c,
      id: one,
      rev: rev[n]!,
      data: Object.fromEntries(fields.map(([field, values]) => [field, values[n]])),
    }))
  })
}

export const encoders: Record<string, (text: Buffer) => Buffer> = {
  'gzip 6': (text) => gzipSync(text, { level: 6 }),
  'brotli 4': (text) => brotli(text, 4),
  'brotli 5': (text) => brotli(text, 5),
  'brotli 9': (text) => brotli(text, 9),
}

function brotli(text: Buffer, quality: number): Buffer {
  return brotliCompressSync(text, {
    params: { [constants.BROTLI_PARAM_QUALITY]: quality, [constants.BROTLI_PARAM_SIZE_HINT]: text.length },
  })
}
