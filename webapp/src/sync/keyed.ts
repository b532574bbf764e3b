const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** The id that every device, and the server, gives the record of a kind with this key (protocol §6). */
export async function keyId(collection: string, key: readonly string[]): Promise<string> {
  const text = new TextEncoder().encode(`${collection}\n${key.join(' ')}`)
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', text))
  return Array.from(bytes.slice(0, 15), (byte) => LETTERS[byte % LETTERS.length]).join('')
}
