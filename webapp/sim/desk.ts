/** The office at its desks, through the app's routes: reviews, conflicts, orders to devices. */
import type { Coverage } from './coverage'
import type { OfficeLog } from './merge'
import type { SimPhone } from './phone'
import type { Rng } from './rng'
import type { Scheduler } from './scheduler'
import type { Server } from './server'
import type { Theme } from './theme'

const COORDINATOR = 'user00000000011'
const REVIEWER = 'user00000000012'
const ADMIN = 'user00000000013'
const PREFIX = '/api/chaski/v1'
const REASON = 'Por orden de la simulación'

export type Order = 'revoke' | 'restore' | 'wipe'

export class Desk {
  /** What stands for a device, as the office remembers it. */
  orders = new Map<string, Order>()

  constructor(
    private readonly server: Server,
    private readonly scheduler: Scheduler,
    private readonly rng: Rng,
    private readonly coverage: Coverage,
    private readonly phones: readonly SimPhone[],
    private readonly theme: Theme,
    private readonly log: OfficeLog,
  ) {}

  async act(): Promise<void> {
    const what = this.rng.weighted({ decide: 50, settle: 30, order: this.theme.order ? 40 : 0 })
    if (what === 'decide') return this.decide()
    if (what === 'settle') return this.settle()
    return this.order()
  }

  orderOf(phone: SimPhone): Order | undefined {
    return this.orders.get(phone.disk.work.device)
  }

  /** Whoever asks is answered, or the machine stops under him: then he does not know. */
  private async ask(user: string, method: string, path: string, body?: unknown): Promise<unknown> {
    const { server, scheduler, rng } = this
    const request = { user, method, path: PREFIX + path, body }
    if (method === 'POST' && rng.chance(0.05)) {
      const stopped = await server.httpStopped(scheduler.time, request, { at: 1 + rng.int(80), power: rng.chance(0.3) })
      scheduler.trace(`desk ${path}`, JSON.stringify(stopped))
      this.coverage.count('desk_stopped')
      return undefined
    }
    const got = await server.http(scheduler.time, request)
    scheduler.trace(`desk ${path} ${got.status}`, got.body)
    if (got.status >= 500) this.coverage.count('server_error')
    return got.status === 200 ? JSON.parse(got.body) : undefined
  }

  private async decide(): Promise<void> {
    const user = this.rng.pick([COORDINATOR, REVIEWER])
    const list = (await this.ask(user, 'GET', '/parked')) as { items: { mutation: string }[] } | undefined
    if (!list?.items.length) return
    const { mutation } = this.rng.pick(list.items)
    const decision = this.rng.pick(['accept', 'accept', 'reject'])
    this.coverage.count(`parked_${decision}`)
    await this.ask(user, 'POST', `/parked/${mutation}/decide`, { decision, reason: REASON })
  }

  private async settle(): Promise<void> {
    const list = (await this.ask(REVIEWER, 'GET', '/conflicts?state=abierto')) as
      { items: { id: string; version: number }[] } | undefined
    if (!list?.items.length) return
    const { id, version } = this.rng.pick(list.items)
    const resolution = this.rng.pick(['author', 'other'])
    const done = await this.ask(REVIEWER, 'POST', `/conflicts/${id}/settle`, { resolution, seen: version })
    this.coverage.count(`settled_${resolution}`)
    await this.remember(id, resolution, done !== undefined)
  }

  /** All that is open, in whatever order it is listed; what has moved on is looked at again. */
  async settleAll(): Promise<void> {
    const open = { user: REVIEWER, method: 'GET', path: `${PREFIX}/conflicts?state=abierto` }
    for (let round = 0; round < 3; round++) {
      const { body } = await this.server.http(this.scheduler.time, open)
      const { items } = JSON.parse(body) as { items: { id: string; version: number }[] }
      for (const [n, { id, version }] of items.entries()) {
        const resolution = n % 3 === 2 ? 'other' : 'author'
        const path = `${PREFIX}/conflicts/${id}/settle`
        const request = { user: REVIEWER, method: 'POST', path, body: { resolution, seen: version } }
        const got = await this.server.http(this.scheduler.time, request)
        this.coverage.count(got.status === 200 ? 'settled_at_last' : 'settled_anew')
        await this.remember(id, resolution, got.status === 200)
      }
    }
  }

  /** If nobody heard whether it was done, the row says so. */
  private async remember(conflict: string, resolution: string, done: boolean): Promise<void> {
    const { server, scheduler } = this
    const row = done || (await this.settledHere(conflict))
    if (!row) return
    const seq = await server.head(scheduler.time)
    this.log.settlements.push({ seq, nth: this.log.count++, conflict, resolution })
  }

  private async settledHere(conflict: string): Promise<boolean> {
    const { tables } = await this.server.state(this.scheduler.time)
    const row = tables.conflicts?.find((c) => c.id === conflict)
    return row?.state === 'resuelto' && row.resolved_by === REVIEWER
  }

  /** An administrator puts a phone out of use, or back; a wipe he orders knowing what it last reported. */
  private async order(): Promise<void> {
    const known = this.phones.filter((p) => p.disk.work.device)
    if (known.length === 0 || this.orders.size > 1) return this.takeBack()
    const hot = known.filter((p) => p.pending > 0)
    const phone = this.rng.pick(hot.length > 0 ? hot : known)
    const order = this.theme.order
    if (!order || this.orderOf(phone)) return this.takeBack()
    const state = await this.server.state(this.scheduler.time)
    const unsent = Number(state.devices.find((d) => d.id === phone.disk.work.device)?.outbox ?? 0)
    if (order === 'revoke' && phone.pending > 0) this.coverage.count('revoked_with_unsent_work')
    await this.tell(phone.user, phone.disk.work.device, order, order === 'wipe' ? { unsent } : {})
  }

  private async takeBack(): Promise<void> {
    const [device] = [...this.orders].find(([, order]) => order === 'revoke') ?? []
    const phone = this.phones.find((p) => p.disk.work.device === device)
    if (device && phone) await this.tell(phone.user, device, 'restore', {})
  }

  private async tell(user: string, device: string, order: Order, more: object): Promise<void> {
    const path = `/people/${user}/devices/${device}/orders`
    await this.ask(ADMIN, 'POST', path, { order, reason: REASON, ...more })
    const { devices } = await this.server.state(this.scheduler.time)
    const state = devices.find((d) => d.id === device)?.state
    this.coverage.count(`order_${order}`)
    if (state === 'revocado') this.orders.set(device, 'revoke')
    else if (state === 'por_borrar' || state === 'borrado') this.orders.set(device, 'wipe')
    else this.orders.delete(device)
  }
}
