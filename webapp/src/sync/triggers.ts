/** What suggests that now is a good moment to sync. All are hints; polling alone would do. */
import type PocketBase from 'pocketbase'
import type { Gate } from './transport'

export interface Hints {
  /** Strong: the network may be back, so waiting for a retry ends. Weak: there may be news. */
  kick(strong: boolean): void
}

const RENEW_MS = 24 * 3600 * 1000

/**
 * @param heard false while the server gives this device no news: a stream that it refuses is not asked for again and again
 * @returns `check` looks at that again, `stop` stops listening
 */
export function listen(
  pb: PocketBase,
  gate: Gate,
  hints: Hints,
  heard: () => boolean,
): { check: () => void; stop: () => void } {
  const stop = new AbortController()
  const { signal } = stop
  const poke = new Poke(pb, gate, () => hints.kick(false), heard)
  const strong = (): void => {
    void poke.ensure()
    hints.kick(true)
  }
  window.addEventListener('online', strong, { signal })
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && strong(), { signal })
  const ungate = gate.subscribe((open) => (open ? strong() : void poke.leave()))
  const renewal = setInterval(() => void renew(pb), RENEW_MS)
  void poke.ensure()
  void renew(pb)
  return {
    check: () => void (heard() ? poke.ensure() : poke.leave()),
    stop: () => {
      stop.abort()
      ungate()
      clearInterval(renewal)
      void poke.leave()
    },
  }
}

/** A token outlives a field trip; renewing it early keeps it so. A failure here ends nothing. */
async function renew(pb: PocketBase): Promise<void> {
  if (!pb.authStore.isValid) return
  await pb
    .collection('users')
    .authRefresh()
    .catch(() => undefined)
}

/** The server's topic for news. The SDK reconnects by itself, except when its first attempt fails. */
class Poke {
  private state: 'off' | 'joining' | 'on' = 'off'

  constructor(
    private readonly pb: PocketBase,
    private readonly gate: Gate,
    private readonly onPoke: () => void,
    private readonly heard: () => boolean,
  ) {}

  async ensure(): Promise<void> {
    if (this.state !== 'off' || !this.gate.open || !this.heard()) return
    this.state = 'joining'
    try {
      await this.pb.realtime.subscribe('chaski/poke', () => this.onPoke())
      this.state = 'on'
      if (!this.gate.open || !this.heard()) await this.leave()
    } catch {
      this.state = 'off'
    }
  }

  async leave(): Promise<void> {
    if (this.state !== 'on') return
    this.state = 'off'
    await this.pb.realtime.unsubscribe('chaski/poke').catch(() => undefined)
  }
}
