/** Checksums of protocol §5: 64-bit numbers, additive, so that they can be kept row by row. */
import { sha256 } from '@noble/hashes/sha2.js'
import { utf8ToBytes } from '@noble/hashes/utils.js'
import canonicalize from 'canonicalize'
import type { ReplicaRow } from './contract'

const MASK = (1n << 64n) - 1n

function first8(text: string): bigint {
  const bytes = sha256(utf8ToBytes(text))
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0)
}

export const hex64 = (n: bigint): string => (n & MASK).toString(16).padStart(16, '0')
export const parse64 = (hex: string): bigint => BigInt('0x' + (hex || '0'))
export const add64 = (a: bigint, b: bigint): bigint => (a + b) & MASK
export const sub64 = (a: bigint, b: bigint): bigint => (a - b) & MASK

/** The digest of a row's data: 16 hex digits over its canonical JSON (RFC 8785). */
export function digestOf(data: unknown): string {
  return hex64(first8(canonicalize(data) ?? ''))
}

/** What one row adds to the sum of the bucket named. */
export function entryOf(bucketName: string, row: Pick<ReplicaRow, 'c' | 'id' | 'rev' | 'digest'>): bigint {
  return first8(`${bucketName}\n${row.c}\n${row.id}\n${row.rev}\n${row.digest}`)
}

/** The sum over all buckets: what the server's `total` must equal. */
export function totalOf(buckets: Record<number, { sum: string }>): string {
  let total = 0n
  for (const bucket of Object.values(buckets)) total = add64(total, parse64(bucket.sum))
  return hex64(total)
}

/** A bucket counted from nothing but the data stored: the slow way, when the kept sum is in doubt. */
export function recount(handle: number, name: string, rows: readonly ReplicaRow[]): { count: number; sum: string } {
  let sum = 0n
  let count = 0
  for (const row of rows) {
    if (!row.b.includes(handle)) continue
    sum = add64(sum, entryOf(name, { ...row, digest: digestOf(row.data) }))
    count++
  }
  return { count, sum: hex64(sum) }
}
