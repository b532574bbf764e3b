import { follow } from '../db/follow'
import { storage } from './storage.svelte'

/**
 * A query that follows the database. `start` is read as an effect: what it
 * touches before returning the query restarts it when it changes.
 */
export class Live<T> {
  #value = $state.raw<T | undefined>(undefined)

  constructor(start: () => () => Promise<T>) {
    $effect(() => follow(start(), (answer) => (this.#value = answer), storage.reading))
  }

  /** Undefined until the first answer. */
  get current(): T | undefined {
    return this.#value
  }
}
