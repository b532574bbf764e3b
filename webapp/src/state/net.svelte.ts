import { Gate } from '../sync/transport'

const KEY = 'chaski-cut'

/**
 * What the screens know of the network. All requests of the app go through
 * `gate`; the demo switch "Sin señal" shuts it for engine and screens alike.
 */
class Net {
  readonly gate = new Gate()
  /** The demo switch: true while the gate is shut. */
  cut = $state(localStorage.getItem(KEY) === '1')
  /** What the system says; may be wrong both ways. */
  online = $state(navigator.onLine)

  constructor() {
    this.gate.setOpen(!this.cut)
    addEventListener('online', () => (this.online = true))
    addEventListener('offline', () => (this.online = false))
  }

  get open(): boolean {
    return this.online && !this.cut
  }

  setCut(cut: boolean): void {
    this.cut = cut
    localStorage.setItem(KEY, cut ? '1' : '0')
    this.gate.setOpen(!cut)
  }
}

export const net = new Net()
