import { isStorageError, troubleOf, type StorageNews, type StorageTrouble } from '../domain/storage'

const KEPT = 'chaski-kept-'

/** The browser's own small store may be full or forbidden: then nothing is remembered in it. */
function quietly<T>(use: () => T): T | undefined {
  try {
    return use()
  } catch {
    return undefined
  }
}

/** Whether the browser promised not to throw our data away, and what is wrong with its keeping them. */
class Storage {
  state = $state<'unknown' | 'yes' | 'no'>('unknown')
  /** Stays until somebody has read it, or the page is loaded anew. */
  #lasting = $state<StorageTrouble | ''>('')
  /** What somebody did was not written; until he has read it. */
  #undone = $state<StorageTrouble | ''>('')
  /** Until what is shown could be read again. */
  #passing = $state<StorageTrouble | ''>('')
  #asked = false
  readonly #rewriters = new Set<() => void>()

  constructor() {
    void this.#look()
    // Whatever the person did that could not be written, and whose screen has no words of its own for it.
    addEventListener('unhandledrejection', ({ reason }) => {
      if (isStorageError(reason)) this.#undone = troubleOf(reason)
    })
  }

  get trouble(): StorageTrouble | '' {
    return this.#lasting || this.#undone || this.#passing
  }

  /** Asks once a start; the answer, also a no, is shown in the sync centre. */
  async ask(): Promise<void> {
    if (this.#asked || !('storage' in navigator)) return
    this.#asked = true
    this.state = (await navigator.storage.persist()) ? 'yes' : 'no'
  }

  /** @param user whose work database said it */
  hear(news: StorageNews, user: string): void {
    if (news === 'open') {
      if (this.#lasting === 'storage_blocked') this.#lasting = ''
      return
    }
    if (news === 'blocked') this.#lasting = 'storage_blocked'
    else if (news === 'newer') this.#lasting = 'storage_newer'
    // Made anew: the first time here, or because the browser erased what was there.
    else if (news === 'gone' || this.holds(user)) {
      this.#lasting = 'storage_gone'
      for (const rewrite of this.#rewriters) rewrite()
    }
  }

  /** What is on the screen still is written again where the browser erased it. */
  whenGone(rewrite: () => void): () => void {
    this.#rewriters.add(rewrite)
    return () => this.#rewriters.delete(rewrite)
  }

  /** This device has something of a user's now. */
  holding(user: string): void {
    quietly(() => localStorage.setItem(KEPT + user, '1'))
  }

  holds(user: string): boolean {
    return quietly(() => localStorage.getItem(KEPT + user)) === '1'
  }

  /** Nothing is held of him any more, and rightly so. */
  forget(user: string): void {
    quietly(() => localStorage.removeItem(KEPT + user))
  }

  /** Reading what a screen shows failed; '' once it was read. */
  readonly reading = (error: unknown): void => {
    if (error === '') this.#passing = ''
    else if (isStorageError(error)) this.#passing = troubleOf(error)
    else console.error('reading', error)
  }

  /** The person has read it. */
  seen(): void {
    this.#lasting = this.#undone = ''
  }

  /** Something is said until somebody says that he has read it. */
  get heeded(): boolean {
    return this.#lasting === 'storage_gone' || (this.#lasting === '' && this.#undone !== '')
  }

  async #look(): Promise<void> {
    if (!('storage' in navigator)) return
    this.state = (await navigator.storage.persisted()) ? 'yes' : 'no'
  }
}

export const storage = new Storage()
