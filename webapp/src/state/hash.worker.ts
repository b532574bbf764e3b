import { sha256 } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

const PIECE = 4 << 20

/** Hashes a file piece by piece, telling how far it is. */
addEventListener('message', (event: MessageEvent<File>) => {
  const file = event.data
  void (async () => {
    try {
      const hash = sha256.create()
      for (let at = 0; at < file.size; at += PIECE) {
        hash.update(new Uint8Array(await file.slice(at, at + PIECE).arrayBuffer()))
        postMessage({ done: Math.min(at + PIECE, file.size) })
      }
      postMessage({ sha256: bytesToHex(hash.digest()) })
    } catch {
      postMessage({ failed: true }) // the file went away or cannot be read
    }
  })()
})
