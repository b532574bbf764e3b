import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { createServer, type AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The binary as `make build` leaves it. */
export const built = fileURLToPath(new URL('../../../bin/chaski', import.meta.url))

/** What servers begin as: the one built, or that of a release, to be updated (`make compat-phone`). */
export const binary = process.env['CHASKI_OLD'] ?? built

export const superuser = { identity: 'root@chaski.invalid', password: 'only-for-this-test-1' }

/** One running server over its own data directory. */
export class Chaski {
  #child: ChildProcess | undefined
  #said = ''
  port = 0
  #again = 0
  #binary = binary

  constructor(readonly dir: string) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Starts it and waits until it answers: it, not another that took the port between looking and listening. */
  async start(): Promise<void> {
    for (let tries = 1; !(await this.#listens()); tries++) {
      if (tries === 3) throw new Error(`chaski serve does not answer:\n${this.#said}`)
    }
  }

  async #listens(): Promise<boolean> {
    this.port = this.#again || (await freePort())
    this.#again = 0
    const child = spawn(this.#binary, ['serve', '--dir', this.dir, '--http', `127.0.0.1:${this.port}`], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    let said = ''
    const listen = (chunk: Buffer) => {
      said += chunk.toString()
      this.#said += chunk.toString()
    }
    child.stdout.on('data', listen)
    child.stderr.on('data', listen)
    for (let tries = 0; tries < 300 && child.exitCode === null; tries++) {
      if (said.includes(this.url) && (await this.#answers())) return true
      await new Promise((r) => setTimeout(r, 100))
    }
    await this.stop()
    return false
  }

  async stop(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null) return
    const gone = new Promise((r) => child.once('exit', r))
    child.kill('SIGCONT') // a frozen one would not hear of its end
    child.kill('SIGTERM')
    const forced = setTimeout(() => child.kill('SIGKILL'), 5_000)
    await gone
    clearTimeout(forced)
  }

  /** Ends it in order and starts another build at the same address, on the same data. */
  async exchange(to: string): Promise<void> {
    const { port } = this
    await this.stop()
    this.#again = port
    this.#binary = to
    await this.start()
  }

  /** It neither answers nor goes away, until thaw(). */
  freeze(): void {
    this.#child?.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child?.kill('SIGCONT')
  }

  /** Ends it as a power cut would, and keeps its port for the next start. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (!child) return
    const gone = new Promise((r) => child.once('exit', r))
    child.kill('SIGKILL')
    await gone
    this.#again = this.port
  }

  /** The link for the first administrator, as the console of an empty server prints it. */
  setupLink(): string {
    const link = /http\S+\/#\/inicio\/[a-z0-9]+/.exec(this.#said)?.[0]
    if (!link) throw new Error(`no setup link on the console:\n${this.#said}`)
    return link
  }

  /** `chaski verify` on this data. Throws with what it said when a figure differs. */
  async verify(): Promise<string> {
    const { stdout, stderr } = await run(this.#binary, ['verify', '--dir', this.dir]).catch((e: unknown) => {
      const { stdout, stderr } = e as { stdout: string; stderr: string }
      throw new Error(`chaski verify fails:\n${stdout}\n${stderr}`)
    })
    return stdout + stderr
  }

  async #answers(): Promise<boolean> {
    return fetch(`${this.url}/api/health`).then(
      (r) => r.ok,
      () => false,
    )
  }
}

/** Loads the demo and the administrator of the tests into an empty directory. */
export async function loadDemo(dir: string): Promise<void> {
  await run(binary, ['demo', '--dir', dir])
  await run(binary, ['superuser', 'upsert', superuser.identity, superuser.password, '--dir', dir])
}

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((ready) => probe.listen(0, '127.0.0.1', ready))
  const { port } = probe.address() as AddressInfo
  await new Promise((closed) => probe.close(closed))
  return port
}
