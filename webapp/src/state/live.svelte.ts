import { liveQuery } from 'dexie'

/**
 * A query that follows the database. `start` is read as an effect: what it
 * touches before returning the query restarts it when it changes.
 */
export class Live<T> {
  #value = $state.raw<T | undefined>(undefined)

  constructor(start: () => () => Promise<T>) {
    $effect(() => {
      const query = start()
      const subscription = liveQuery(query).subscribe({
        next: (value) => (this.#value = value),
        error: (error: unknown) => console.error('live query', error),
      })
      return () => subscription.unsubscribe()
    })
  }

  /** Undefined until the first answer. */
  get current(): T | undefined {
    return this.#value
  }
}
