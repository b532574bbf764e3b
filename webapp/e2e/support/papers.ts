/** Documents as the server takes them: anything that is less of a PDF it refuses. */
import { createHash, randomBytes } from 'node:crypto'

const END = 'trailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n'

/** A small one, ready to be chosen; each name has other bytes. */
export function pdf(name: string): { name: string; mimeType: string; buffer: Buffer } {
  const text = `%PDF-1.7\n% ${name}\n${'1 0 obj\n<< >>\nendobj\n'.repeat(50)}${END}`
  return { name, mimeType: 'application/pdf', buffer: Buffer.from(text) }
}

/** One of so many bytes, like no other. */
export function heavyPdf(size: number): Buffer {
  const begin = `%PDF-1.7\n1 0 obj\n<< /Length ${size} >>\nstream\n`
  const end = `\nendstream\nendobj\n${END}`
  return Buffer.concat([Buffer.from(begin), randomBytes(size - begin.length - end.length), Buffer.from(end)])
}

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
