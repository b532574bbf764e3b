import { randomUUID } from 'node:crypto'
import type { Api, Schemas } from './api'
import { v7 } from './pusher'

type Change = Pick<Schemas['Mutation'], 'collection' | 'record' | 'op' | 'form'> & { fields: Record<string, unknown> }
interface Outcome {
  status: string
  errors?: { code: string }[]
}

/** A device of somebody's, of which only the protocol is seen. */
export class Sender {
  #counter = 0
  #marks: unknown[] = []

  private constructor(
    private readonly api: Api,
    private readonly device: string,
  ) {}

  static async of(api: Api): Promise<Sender> {
    const path = '/api/chaski/v1/devices'
    const { device } = await api.call<{ device: string }>('POST', path, { install: randomUUID() })
    return new Sender(api, device)
  }

  async push(changes: Change[]): Promise<Outcome[]> {
    const mutations = changes.map((c) => ({
      ...{ id: v7(), counter: ++this.#counter, ...c },
      ...{ schema: 1, at: new Date().toISOString(), base_rev: 1 },
    }))
    const body = { protocol: 1, device: this.device, marks: this.#marks, mutations }
    const answer = await this.api.call<{ mark: unknown; results: Outcome[] }>('POST', '/api/chaski/v1/sync/push', body)
    this.#marks = [answer.mark]
    return answer.results
  }

  /** Of a rendición, by what its rows are called: `rendicion_lines` by kind, `rendicion_observations` by id. */
  state(line: string, amount: number): Promise<Outcome[]> {
    const said = { collection: 'rendicion_lines', record: line, op: 'update', form: 'rendicion/1' } as const
    return this.push([{ ...said, fields: { amount } }])
  }
}
