import type { components } from '../../src/sync/wire.gen'
import { superuser } from './chaski'

export type Schemas = components['schemas']

/** The server as somebody signed in sees it, without a browser. */
export class Api {
  private constructor(
    readonly url: string,
    readonly token: string,
  ) {}

  static async signIn(url: string, email: string, password: string): Promise<Api> {
    return Api.#authenticate(url, 'users', { identity: email, password })
  }

  /** The administrator: PocketBase's REST without rules. */
  static async superuser(url: string): Promise<Api> {
    return Api.#authenticate(url, '_superusers', superuser)
  }

  static async #authenticate(
    url: string,
    collection: string,
    who: { identity: string; password: string },
  ): Promise<Api> {
    const response = await fetch(`${url}/api/collections/${collection}/auth-with-password`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(who),
    })
    if (!response.ok) throw new Error(`sign-in of ${who.identity}: ${response.status} ${await response.text()}`)
    const { token } = (await response.json()) as { token: string }
    return new Api(url, token)
  }

  /** A route of ours, under /api/chaski/v1. */
  get<T>(path: string): Promise<T> {
    return this.call<T>('GET', `/api/chaski/v1${path}`)
  }

  board(year: number): Promise<Schemas['Board']> {
    return this.get(`/exercises/${year}/aos`)
  }

  /** The exercise that is still running. */
  async runningYear(): Promise<number> {
    const { items } = await this.get<{ items: Schemas['Exercise'][] }>('/exercises')
    const running = items.find((e) => !e.closed)
    if (!running) throw new Error('no exercise is running')
    return running.year
  }

  /** What an AO has executed, physically; by the AO's key. */
  async executed(year: number, key: string): Promise<number> {
    const row = (await this.board(year)).items.find((ao) => ao.key === key)
    if (!row) throw new Error(`no AO ${key} in ${year}`)
    return Number(row.physical.executed)
  }

  /** How many rows of an intervention, by its name, count in an AO's figure. */
  async countedRows(year: number, key: string, intervention: string): Promise<number> {
    const ao = (await this.board(year)).items.find((row) => row.key === key)?.id
    const { lines } = await this.get<Schemas['AoDetail']>(`/exercises/${year}/aos/${ao}`)
    const line = lines.find((l) => l.label === intervention)
    if (!line?.intervention) return 0
    const path = `/exercises/${year}/aos/${ao}/interventions/${line.intervention}`
    return (await this.get<Schemas['InterventionDetail']>(path)).rows.length
  }

  /** Records of a collection by a PocketBase filter; at most 500. */
  async records<T extends Record<string, unknown>>(collection: string, filter = ''): Promise<(T & { id: string })[]> {
    const query = new URLSearchParams({ perPage: '500', filter })
    const page = await this.call<{ items: (T & { id: string })[] }>(
      'GET',
      `/api/collections/${collection}/records?${query}`,
    )
    return page.items
  }

  create(collection: string, data: Record<string, unknown>): Promise<{ id: string }> {
    return this.call('POST', `/api/collections/${collection}/records`, data)
  }

  update(collection: string, id: string, data: Record<string, unknown>): Promise<{ id: string }> {
    return this.call('PATCH', `/api/collections/${collection}/records/${id}`, data)
  }

  /** A person leaves a roster for another work's, for a job added there. */
  async move(participant: string, intervention: string): Promise<void> {
    const cupo = await this.create('cupos', { intervention, number: 9999, state: 'activo' })
    await this.update('participants', participant, { intervention, cupo: cupo.id })
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(this.url + path, {
      method,
      headers: { authorization: this.token, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
    return (await response.json()) as T
  }
}
