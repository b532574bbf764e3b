import type { KeptFile } from '../sync/contract'
import { sync } from './sync.svelte'

let line: Promise<unknown> = Promise.resolve()

/** One after the other. */
export function inLine<T>(work: () => Promise<T>): Promise<T> {
  const done = line.then(work)
  line = done.catch(() => undefined)
  return done
}

/** Resolves when every picture that was taken is on disk, or was said not to be. */
export const photosKept = (): Promise<unknown> => line

/** Takes photographs of a draft away. Answers the way back: whether all of them are there again. */
export async function dropPhotos(ids: readonly string[]): Promise<() => Promise<boolean>> {
  const kept: KeptFile[] = []
  for (const id of ids) {
    const file = await sync.engine.dropFile(id)
    if (file) kept.push(file)
  }
  return async () => {
    let back = true
    for (const file of kept) back = (await sync.engine.putFileBack(file)) && back
    return back
  }
}
