import { net } from './net.svelte'
import { pb } from './pb'

const TOPIC = 'chaski/poke'
/** A hint may be lost: ask now and then all the same. */
const POLL_MS = 60_000
const LOOK_MS = 1000
/** Several commits in a row make one question. */
const GATHER_MS = 150

interface Poke {
  figures?: boolean
}

/** Listens for "a figure moved" while a screen that shows figures is open. */
export class Figures {
  /** The server tells us news as they happen. */
  connected = $state(false)
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(onmoved: () => void) {
    const soon = () => {
      clearTimeout(this.#timer)
      this.#timer = setTimeout(onmoved, GATHER_MS)
    }
    $effect(() => {
      if (net.cut) {
        this.connected = false
        return
      }
      const stop = this.#listen(soon)
      const poll = setInterval(soon, POLL_MS)
      const seen = () => document.visibilityState === 'visible' && soon()
      document.addEventListener('visibilitychange', seen)
      return () => {
        stop()
        clearInterval(poll)
        clearTimeout(this.#timer)
        document.removeEventListener('visibilitychange', seen)
      }
    })
  }

  #listen(soon: () => void): () => void {
    let over = false
    let leave: (() => Promise<void>) | undefined
    const joined = async () => {
      leave = await pb.realtime.subscribe(TOPIC, (message: Poke) => {
        if (message.figures) soon()
      })
      if (over) await leave()
    }
    joined().catch(() => undefined)
    // The SDK reconnects by itself; after a gap something may have been missed.
    const look = setInterval(() => {
      const now = pb.realtime.isConnected
      if (now && !this.connected) soon()
      this.connected = now
    }, LOOK_MS)
    return () => {
      over = true
      clearInterval(look)
      leave?.().catch(() => undefined)
    }
  }
}
