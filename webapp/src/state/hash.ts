import worker from './hash.worker?worker&url'
import { scriptURL } from './trusted'

type Said = { done: number } | { sha256: string } | { failed: true }

/**
 * The SHA-256 of a file, hex, computed away from the screen's thread.
 * @throws Error when the file cannot be read
 */
export function hashFile(file: File, progress: (bytes: number) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const hasher = new Worker(scriptURL(worker), { type: 'module' })
    const end = (then: () => void) => {
      hasher.terminate()
      then()
    }
    hasher.onmessage = (event: MessageEvent<Said>) => {
      const said = event.data
      if ('done' in said) progress(said.done)
      else if ('sha256' in said) end(() => resolve(said.sha256))
      else end(() => reject(new Error('the file cannot be read')))
    }
    hasher.onerror = () => end(() => reject(new Error('the hashing worker failed')))
    hasher.postMessage(file)
  })
}
