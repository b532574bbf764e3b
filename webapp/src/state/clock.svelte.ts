import { businessToday, type Day } from '../domain/day'
import { session } from './session.svelte'
import { sync } from './sync.svelte'

/** The current minute and, from it and the last word of the server, today. */
class Clock {
  now = $state(Date.now())

  constructor() {
    setInterval(() => (this.now = Date.now()), 20_000)
    addEventListener('visibilitychange', () => (this.now = Date.now()))
  }

  /** When the replica was last complete and checked, ms; 0 if never. */
  get syncedAt(): number {
    return sync.status.synced_at === '' ? 0 : Date.parse(sync.status.synced_at)
  }

  /** Business date in Lima: the server's last word moved on by the days since. */
  get today(): Day {
    const s = sync.status
    if (s.business_date !== '' && s.server_time !== '') {
      const server_ms = Date.parse(s.server_time)
      return businessToday({ business_date: s.business_date, server_ms, offset_ms: s.clock_offset_ms }, this.now)
    }
    const known = session.current
    if (!known) return businessToday(null, this.now)
    const server_ms = Date.parse(known.server_time)
    return businessToday({ business_date: known.business_date, server_ms, offset_ms: 0 }, this.now)
  }
}

export const clock = new Clock()
