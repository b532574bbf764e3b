import {
  createServer,
  request,
  type ClientRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/**
 * The network between browsers and the server: an HTTP proxy on loopback that
 * can be down, and that can lose the answer to a request the server has already
 * carried out.
 */
export class Network {
  readonly #http: Server
  readonly #sockets = new Set<Socket>()
  #target = 0
  #down = false
  #rationed: { path: string; left: number } | undefined
  #loseNext: { path: string; done: (lost: LostAnswer) => void } | undefined
  #swallowNext: { path: string; done: () => void } | undefined
  #cutAt: { path: string; bytes: number; done: () => void } | undefined
  readonly #alterations: { path: RegExp; change: (body: string) => string }[] = []
  /** Of each PATCH of an upload: of which, where it went on, and how many bytes of it were let through. */
  readonly patches: { path: string; offset: number; bytes: number }[] = []
  /** Every request that reached the server, oldest first: "POST /api/… 200". */
  readonly log: string[] = []

  constructor() {
    this.#http = createServer((req, res) => this.#forward(req, res))
    this.#http.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
      if (this.#down) socket.destroy()
    })
  }

  /** Starts listening in front of the server at `target` (a loopback port). */
  async start(target: number): Promise<void> {
    this.#target = target
    await new Promise<void>((ready) => this.#http.listen(0, '127.0.0.1', ready))
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port
  }

  /** No connection survives and none is accepted until up(). */
  down(): void {
    this.#down = true
    for (const socket of this.#sockets) socket.destroy()
  }

  up(): void {
    this.#down = false
    this.#rationed = undefined
  }

  /** Only so many requests to `path` get through until up(). */
  ration(path: string, left: number): void {
    this.#rationed = { path, left }
  }

  /**
   * The server gets the next request to `path` whole and answers it; the answer
   * never arrives. Resolves when that has happened.
   */
  loseNextAnswer(path: string): Promise<LostAnswer> {
    return new Promise((done) => (this.#loseNext = { path, done }))
  }

  /** The answer to the next request to `path` never comes, and its connection stays. Resolves when that has begun. */
  swallowNextAnswer(path: string): Promise<void> {
    return new Promise((done) => (this.#swallowNext = { path, done }))
  }

  /** From now on the bodies of answers to such paths arrive changed: cut, or of another version. */
  alter(path: RegExp, change: (body: string) => string): void {
    this.#alterations.push({ path, change })
  }

  /**
   * Destroys the connection in the middle of a body: once so many bytes of
   * PATCHes to `path` were let through, counted from now. Resolves when it is cut;
   * the network is down then.
   */
  cutAfter(path: string, bytes: number): Promise<void> {
    return new Promise((done) => (this.#cutAt = { path, bytes, done }))
  }

  async stop(): Promise<void> {
    this.down()
    await new Promise((closed) => this.#http.close(closed))
  }

  #forward(req: IncomingMessage, res: ServerResponse): void {
    if (this.#rationed && req.url?.startsWith(this.#rationed.path) && this.#rationed.left-- <= 0) {
      req.destroy()
      return
    }
    const lose = this.#loseNext && req.url?.startsWith(this.#loseNext.path) ? this.#loseNext : undefined
    if (lose) this.#loseNext = undefined
    const swallow = this.#swallowNext && req.url?.startsWith(this.#swallowNext.path) ? this.#swallowNext : undefined
    if (swallow) this.#swallowNext = undefined
    const altered = this.#alterations.find(({ path }) => path.test(req.url ?? ''))
    const headers = altered ? without(req.headers, 'accept-encoding', 'if-none-match') : req.headers
    const upstream = request(
      { host: '127.0.0.1', port: this.#target, method: req.method, path: req.url, headers },
      (answer) => {
        this.log.push(`${req.method} ${req.url} ${answer.statusCode}`)
        if (lose) {
          let bytes = 0
          answer.on('data', (chunk: Buffer) => (bytes += chunk.length))
          answer.on('end', () => {
            res.destroy()
            lose.done({ status: answer.statusCode ?? 0, bytes })
          })
          return
        }
        if (swallow) {
          answer.resume().on('end', swallow.done)
          return
        }
        if (altered) {
          let body = ''
          answer.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
          answer.on('end', () => {
            // No length: whoever reads it takes what comes for the whole.
            res.writeHead(answer.statusCode ?? 502, without(answer.headers, 'content-length', 'etag'))
            res.end(altered.change(body))
          })
          return
        }
        res.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(res)
      },
    )
    upstream.on('error', () => res.destroy())
    res.on('close', () => upstream.destroy())
    if (req.method === 'PATCH' && req.headers['upload-offset']) this.#measure(req, upstream)
    else req.pipe(upstream)
  }

  #measure(req: IncomingMessage, upstream: ClientRequest): void {
    const patch = { path: req.url ?? '', offset: Number(req.headers['upload-offset']), bytes: 0 }
    this.patches.push(patch)
    req.on('data', (chunk: Buffer) => {
      const cut = this.#cutAt && req.url?.startsWith(this.#cutAt.path) ? this.#cutAt : undefined
      patch.bytes += chunk.length
      if (!cut || (cut.bytes -= chunk.length) > 0) {
        if (!upstream.write(chunk)) {
          req.pause()
          upstream.once('drain', () => req.resume())
        }
        return
      }
      this.#cutAt = undefined
      this.down()
      cut.done()
    })
    req.on('end', () => upstream.end())
  }
}

/** What the server said and nobody heard. */
export interface LostAnswer {
  status: number
  bytes: number
}

function without(headers: IncomingMessage['headers'], ...names: string[]): IncomingMessage['headers'] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)))
}
