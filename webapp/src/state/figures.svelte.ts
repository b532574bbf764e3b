import { listen, type Hints } from './listen'
import { net } from './net.svelte'
import { pb } from './pb'

const TOPIC = 'chaski/poke'

interface Poke {
  figures?: boolean
}

// The SDK reconnects by itself.
const pokes: Hints = {
  subscribe: (moved) =>
    pb.realtime.subscribe(TOPIC, (message: Poke) => {
      if (message.figures) moved()
    }),
  connected: () => pb.realtime.isConnected,
}

/** Listens for "a figure moved" while a screen that shows figures is open. */
export class Figures {
  /** The server tells us news as they happen. */
  connected = $state(false)

  constructor(onmoved: () => void) {
    $effect(() => {
      if (net.cut) {
        this.connected = false
        return
      }
      const stop = listen(pokes, onmoved, (now) => (this.connected = now))
      const seen = () => document.visibilityState === 'visible' && onmoved()
      document.addEventListener('visibilitychange', seen)
      return () => {
        stop()
        document.removeEventListener('visibilitychange', seen)
      }
    })
  }
}
