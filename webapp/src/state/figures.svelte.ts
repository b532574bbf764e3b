import { net } from './net.svelte'
import { pb } from './pb'

const TOPIC = 'chaski/poke'
/** A hint may be lost: ask now and then all the same. */
const POLL_MS = 60_000
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
      if (!net.open) {
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
    const leave: (() => Promise<void>)[] = []
    const join = async (topic: string, hear: (message: Poke) => void) => {
      const stop = await pb.realtime.subscribe(topic, hear)
      if (over) await stop()
      else leave.push(stop)
    }
    pb.realtime.onDisconnect = () => (this.connected = false)
    const joined = async () => {
      await join(TOPIC, (message) => message.figures && soon())
      await join('PB_CONNECT', () => {
        this.connected = true
        soon()
      })
      if (!over) this.connected = true
    }
    joined().catch(() => (this.connected = false))
    return () => {
      over = true
      for (const stop of leave) stop().catch(() => undefined)
    }
  }
}
