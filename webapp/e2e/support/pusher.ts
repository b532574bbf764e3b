import { randomUUID } from 'node:crypto'
import { Api } from './api'
import { password } from './people'

/** Somebody at another place who sends a visit every so often, and how long each waits. */
export class Pusher {
  #api: Api | undefined
  #device = ''
  #counter = 0
  #marks: unknown[] = []
  #work = { intervention: '', code: '', today: '' }
  #waits: number[] = []
  #running = false
  #ended: Promise<void> = Promise.resolve()
  /** Pushes that got no answer: the server was down. */
  unanswered = 0

  constructor(
    readonly email: string,
    readonly url: () => string,
  ) {}

  async enter(intervention: string, code: string, today: string): Promise<void> {
    this.#work = { intervention, code, today }
    this.#api = await Api.signIn(this.url(), this.email, password)
    const path = '/api/chaski/v1/devices'
    const device = await this.#api.call<{ device: string; last_counter: number }>('POST', path, {
      install: randomUUID(),
    })
    this.#device = device.device
    this.#counter = device.last_counter
  }

  begin(every = 250): void {
    this.#waits = []
    this.#running = true
    this.#ended = this.#loop(every)
  }

  /** How long the pushes since `begin` waited, in milliseconds. */
  async end(): Promise<{ n: number; p50: number; p99: number; max: number }> {
    this.#running = false
    await this.#ended
    const all = [...this.#waits].sort((a, b) => a - b)
    const at = (q: number) => Math.round(all[Math.min(all.length - 1, Math.ceil(q * all.length) - 1)] ?? 0)
    return { n: all.length, p50: at(0.5), p99: at(0.99), max: at(1) }
  }

  async #loop(every: number): Promise<void> {
    while (this.#running) {
      const began = performance.now()
      if (await this.#push()) this.#waits.push(performance.now() - began)
      await new Promise((r) => setTimeout(r, every))
    }
  }

  async #push(): Promise<boolean> {
    const { intervention, code, today } = this.#work
    const record = Array.from(randomUUID().replaceAll('-', '')).slice(0, 15).join('')
    const fields = {
      intervention,
      convenio_code: code,
      kind: 'in_situ',
      visited_on: today,
      device_started_at: `${today}T08:00:00-05:00`,
      device_ended_at: `${today}T08:30:00-05:00`,
      lat_e6: -13158800,
      lon_e6: -74223900,
      accuracy_m: 12,
      headcount: 0,
      roster_size: 0,
      checklist_key: 'visita_aii',
      checklist_version: 1,
      answers: {},
    }
    const mutation = {
      id: v7(),
      counter: ++this.#counter,
      collection: 'visits',
      record,
      op: 'create',
      fields,
      form: 'visit/1',
      schema: 1,
      at: new Date().toISOString(),
    }
    let response: Response
    try {
      response = await fetch(`${this.url()}/api/chaski/v1/sync/push`, {
        method: 'POST',
        headers: { authorization: this.#api?.token ?? '', 'content-type': 'application/json' },
        body: JSON.stringify({ protocol: 1, device: this.#device, marks: this.#marks, mutations: [mutation] }),
      })
    } catch {
      this.unanswered++
      this.#counter--
      return false
    }
    const body = (await response.json()) as { mark?: unknown; results?: { status: string; errors?: unknown }[] }
    const status = body.results?.[0]?.status
    if (status !== 'applied') throw new Error(`a push was not taken: ${response.status} ${JSON.stringify(body)}`)
    this.#marks = [body.mark]
    return true
  }
}

/** An id as phones make them: of the time, then at random. */
export function v7(): string {
  const time = Date.now().toString(16).padStart(12, '0')
  const rest = randomUUID()
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(15)}`
}
