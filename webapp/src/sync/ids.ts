/** Random names, made on the device so that work can begin without a network. */

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** 15 of [a-z0-9], each equally likely. */
export function recordId(): string {
  let id = ''
  while (id.length < 15) {
    for (const byte of crypto.getRandomValues(new Uint8Array(20))) {
      // 252 is the largest multiple of 36 in a byte; above it, some letters would be likelier.
      if (byte < 252 && id.length < 15) id += LETTERS[byte % 36]
    }
  }
  return id
}

/** A UUIDv7 (RFC 9562) of the instant given in ms. */
export function uuidV7(now: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  new DataView(bytes.buffer).setBigUint64(
    0,
    (BigInt(Math.max(0, Math.floor(now))) << 16n) | (BigInt(bytes[6]!) << 8n) | BigInt(bytes[7]!),
  )
  bytes[6] = (bytes[6]! & 0x0f) | 0x70
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

/** 32 hex digits. */
export function token(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, '0')).join('')
}
