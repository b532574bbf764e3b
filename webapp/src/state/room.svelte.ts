/** What a photograph takes with its thumbnail, about. */
const PHOTO_BYTES = 500 << 10
/** Below so many it is said before one is taken. */
const FEW = 60

/** How many photographs still fit here, as far as the browser says. */
export class Room {
  /** null where it is enough, or nobody knows. */
  left = $state<number | null>(null)

  async look(): Promise<void> {
    try {
      const { quota = Infinity, usage = 0 } = await navigator.storage.estimate()
      const fit = Math.max(0, Math.floor((quota - usage) / PHOTO_BYTES))
      this.left = fit < FEW ? fit : null
    } catch {
      this.left = null
    }
  }
}
