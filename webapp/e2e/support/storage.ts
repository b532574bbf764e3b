import type { Page } from '@playwright/test'

/** All values of a store in the browser's database whose name begins with `prefix`, as they are on disk. */
export async function stored<T>(page: Page, prefix: string, store: string): Promise<T[]> {
  const values = await page.evaluate(
    async ([prefix, store]) => {
      const found = (await indexedDB.databases()).find((d) => d.name?.startsWith(prefix))
      if (!found?.name) throw new Error(`no database ${prefix}…`)
      const result = <R>(request: IDBRequest<R>) =>
        new Promise<R>((resolve, reject) => {
          request.onsuccess = () => resolve(request.result)
          request.onerror = () => reject(new Error(request.error?.message))
        })
      const db = await result(indexedDB.open(found.name))
      const all: unknown[] = await result(db.transaction(store).objectStore(store).getAll())
      db.close()
      return all
    },
    [prefix, store] as const,
  )
  return values as T[]
}

/** Puts a value into a store as it is, by its own key: what an app of another version, or a fault, left there. */
export async function rewrite(page: Page, prefix: string, store: string, value: unknown): Promise<void> {
  await page.evaluate(
    async ([prefix, store, value]) => {
      const found = (await indexedDB.databases()).find((d) => d.name?.startsWith(prefix))
      if (!found?.name) throw new Error(`no database ${prefix}…`)
      const db = await new Promise<IDBDatabase>((resolve, reject) => {
        const opening = indexedDB.open(found.name!)
        opening.onsuccess = () => resolve(opening.result)
        opening.onerror = () => reject(new Error(opening.error?.message))
      })
      await new Promise<void>((resolve, reject) => {
        const tx = db.transaction(store, 'readwrite')
        tx.objectStore(store).put(value)
        tx.oncomplete = () => resolve()
        tx.onerror = () => reject(new Error(tx.error?.message))
      })
      db.close()
    },
    [prefix, store, value] as const,
  )
}
