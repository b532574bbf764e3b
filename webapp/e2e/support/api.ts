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
