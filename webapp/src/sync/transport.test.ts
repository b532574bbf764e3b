import { afterEach, describe, expect, test, vi } from 'vitest'
import { Gate, HttpTransport } from './transport'

afterEach(() => vi.unstubAllGlobals())

test('a closed gate fails like a missing network, also for what is under way', async () => {
  const gate = new Gate()
  const answers = (response: Response) => vi.stubGlobal('fetch', () => Promise.resolve(response))
  vi.stubGlobal(
    'fetch',
    (_: string, { signal }: RequestInit) =>
      new Promise((__, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted')))),
  )
  const transport = new HttpTransport('http://127.0.0.1:1', () => 't', gate)
  const underWay = transport.send('GET', '/session')
  gate.setOpen(false)
  expect(await underWay).toEqual({ status: 0 })
  expect(await transport.send('GET', '/session')).toEqual({ status: 0 })
  answers(new Response('{"a":1}', { status: 503, headers: { 'Retry-After': '7' } }))
  gate.setOpen(true)
  expect(await transport.send('GET', '/session')).toEqual({ status: 503, body: { a: 1 }, retryAfter: 7 })
  answers(new Response('{"cut', { status: 200 }))
  expect(await transport.send('GET', '/session')).toMatchObject({ status: 200, body: undefined })
})

describe('what is sent', () => {
  const long = { mutations: Array.from({ length: 60 }, (_, n) => ({ id: `m${n}`, note: 'Señalización' })) }
  const told = async ({ headers, body }: RequestInit): Promise<unknown> => {
    const encoding = new Headers(headers).get('Content-Encoding')
    if (encoding === null) return JSON.parse(body as string)
    const packed = new Blob([body as ArrayBuffer]).stream()
    return new Response(packed.pipeThrough(new DecompressionStream(encoding as CompressionFormat))).json()
  }
  /** A server that may not read what is packed, and what it heard. */
  const server = (reads: boolean, refusal = 400) => {
    const heard: { packed: boolean; said: unknown }[] = []
    vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
      const packed = new Headers(init.headers).has('Content-Encoding')
      heard.push({ packed, said: await told(init) })
      return new Response('{}', { status: packed && !reads ? refusal : 200 })
    })
    return { heard, transport: new HttpTransport('', () => 't', new Gate()) }
  }

  test('is packed where it is long', async () => {
    const { heard, transport } = server(true)
    expect(await transport.send('POST', '/sync/push', long)).toMatchObject({ status: 200 })
    await transport.send('POST', '/sync/pull', { a: 1 })
    expect(heard).toEqual([
      { packed: true, said: long },
      { packed: false, said: { a: 1 } },
    ])
  })

  test('is said plainly to a server that cannot read it, and from then on', async () => {
    const { heard, transport } = server(false)
    expect(await transport.send('POST', '/sync/push', long)).toMatchObject({ status: 200 })
    await transport.send('POST', '/sync/push', long)
    expect(heard.map((h) => h.packed)).toEqual([true, false, false])
    expect(heard[1]?.said).toEqual(long)
  })

  test('is said plainly after a while where something between refuses it without saying why', async () => {
    const { heard, transport } = server(false, 502)
    for (let n = 0; n < 6; n++) await transport.send('POST', '/sync/push', long)
    expect(heard.map((h) => h.packed)).toEqual([true, true, true, false, true, false])
  })

  test('is plain where packing fails', async () => {
    vi.stubGlobal('CompressionStream', function () {
      throw new TypeError('no gzip')
    })
    const { heard, transport } = server(true)
    await transport.send('POST', '/sync/push', long)
    expect(heard).toEqual([{ packed: false, said: long }])
  })

  test('is plain where the browser cannot pack', async () => {
    vi.stubGlobal('CompressionStream', undefined)
    const { heard, transport } = server(true)
    await transport.send('POST', '/sync/push', long)
    expect(heard).toEqual([{ packed: false, said: long }])
  })
})
