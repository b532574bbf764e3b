/** Requests to the server: every way to fail becomes an Answer, nothing throws. */
import type { Answer, BytesAnswer, Transport } from './ports'

/**
 * The one door to the network. The demo's switch "Sin señal" closes it: what is
 * under way breaks off and new requests fail, as they do without a signal.
 * Give `gate.fetch` to whatever else talks to the server.
 */
export class Gate {
  private controller = new AbortController()
  private readonly listeners = new Set<(open: boolean) => void>()
  private closed = false

  get open(): boolean {
    return !this.closed
  }

  setOpen(open: boolean): void {
    if (open === this.open) return
    this.closed = !open
    if (open) this.controller = new AbortController()
    else this.controller.abort()
    for (const listener of this.listeners) listener(open)
  }

  subscribe(listener: (open: boolean) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  readonly fetch = (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    if (this.closed) return Promise.reject(new TypeError('Failed to fetch'))
    const signals = [this.controller.signal, init.signal].filter((s) => s instanceof AbortSignal)
    return fetch(input, { ...init, signal: AbortSignal.any(signals) })
  }
}

/** Long enough for a page over 2G, short enough that a dead connection is noticed. */
const TIMEOUT_MS = 90_000

/** A request of fewer characters fits one packet anyway. */
const WORTH_PACKING = 1000

/** What stands between may let no packed request through and say so in any way: after so many, one goes plain (I9). */
const PLAIN_AFTER = 3

export class HttpTransport implements Transport {
  /** The server understands packed requests, as far as we know. */
  private packs = true
  /** Packed requests in a row that failed. */
  private failures = 0

  /** @param base origin and path prefix, '' for the page's own */
  constructor(
    private readonly base: string,
    private readonly token: () => string,
    private readonly gate: Gate,
  ) {}

  /** A request could not even leave: the gate is shut, or the system has no network (on loopback that says nothing). */
  closed(): boolean {
    if (!this.gate.open) return true
    return globalThis.navigator?.onLine === false && !/^https?:\/\/(localhost|127\.|\[::1\])/.test(this.base)
  }

  async send(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
    const json = body === undefined ? undefined : JSON.stringify(body)
    const packed = this.failures < PLAIN_AFTER ? await this.pack(json).catch(() => null) : null
    if (!packed) {
      const answer = await this.exchange(method, path, json)
      if (isTaken(answer) && this.failures >= PLAIN_AFTER) this.failures = PLAIN_AFTER - 1 // packed once more
      return answer
    }
    const answer = await this.exchange(method, path, packed, 'gzip')
    this.failures = isTaken(answer) ? 0 : this.failures + 1
    // A server from before requests could be packed cannot read it.
    if (answer.status !== 400 && answer.status !== 415) return answer
    const plain = await this.exchange(method, path, json)
    if (isTaken(plain)) this.packs = false
    return plain
  }

  private async exchange(method: string, path: string, body?: BodyInit, encoding?: string): Promise<Answer> {
    const headers = {
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...(encoding === undefined ? {} : { 'Content-Encoding': encoding }),
    }
    const { headers: _, ...answer } = await this.request(method, path, headers, body)
    return answer
  }

  bytes(
    method: 'POST' | 'HEAD' | 'PATCH',
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: ArrayBuffer,
  ): Promise<BytesAnswer> {
    return this.request(method, path, headers, body)
  }

  private async request(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: BodyInit,
  ): Promise<BytesAnswer> {
    try {
      const response = await this.gate.fetch(`${this.base}/api/chaski/v1${path}`, {
        method,
        headers: { Authorization: this.token(), ...headers },
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
        cache: 'no-store',
      })
      const text = await response.text()
      const told = Object.fromEntries(response.headers)
      const retryAfter = seconds(response.headers.get('Retry-After'))
      return { status: response.status, body: parse(text), retryAfter, headers: told }
    } catch {
      return { status: 0, headers: {} }
    }
  }

  /** The body as gzip, or null where it is not worth it or cannot be done. */
  private async pack(json: string | undefined): Promise<ArrayBuffer | null> {
    if (json === undefined || json.length < WORTH_PACKING || !this.packs) return null
    if (typeof CompressionStream === 'undefined') return null // Safari before 16.4
    return new Response(new Blob([json]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer()
  }
}

const isTaken = ({ status }: Answer): boolean => status >= 200 && status < 300

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // a cut page, or a captive portal's
  }
}

function seconds(header: string | null): number | undefined {
  const n = Number(header)
  return header !== null && Number.isFinite(n) && n >= 0 ? n : undefined
}
