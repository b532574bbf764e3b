import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

interface Variants {
  declarations: string[]
  selectors: string[]
  match: Record<string, string>
}
type Messages = Record<string, string | Variants[]>

const path = new URL('../../messages/es-PE.json', import.meta.url)
const messages = JSON.parse(readFileSync(path, 'utf8')) as Messages
const entries = Object.entries(messages).filter(([key]) => !key.startsWith('$'))

/** Every sentence of a message, without the names of what is filled in. */
const sentences = (message: string | Variants[]): string[] =>
  typeof message === 'string' ? [message] : message.flatMap((v) => Object.values(v.match))
const filled = (text: string) => text.replace(/\{\w+\}/g, '…')

// Numbers that are always several: bounds of the system's own.
const BOUNDS = new Set(['min', 'max', 'of'])
// These are told by their own plurals, are no counts, or stand beside a total that chooses the word.
const NO_COUNT = new Set(['import_file_hint', 'lines_found', 'rc_documents_hint', 'unit_works_more', 'rv_overdue_more'])

describe('what people read', () => {
  it('shows nobody an identifier of ours', () => {
    // snake_case, dotted.keys, rules with a version, abbreviations nobody says aloud.
    const raw = /\b[a-z]+_[a-z0-9_]+\b|\b[a-z]+\.[a-z]+_[a-z]+\b|\w_v\d\b|\bpp\b/
    const found = entries.flatMap(([key, m]) =>
      sentences(m)
        .filter((s) => raw.test(filled(s)))
        .map((s) => `${key}: ${s}`),
    )
    expect(found).toEqual([])
  })

  it('counts nothing in the plural that may be one: such a message has both forms', () => {
    const found: string[] = []
    for (const [key, message] of entries) {
      if (typeof message !== 'string' || NO_COUNT.has(key)) continue
      for (const [, name = '', word = ''] of message.matchAll(/\{(\w+)\} (\p{L}+s)\b/gu)) {
        if (!BOUNDS.has(name) && !/^(más|menos|veces|entonces|después|antes|es|tras)$/.test(word))
          found.push(`${key}: ${message}`)
      }
    }
    expect(found).toEqual([])
  })

  it('says one thing of one: after {count} no word of the singular form is in the plural', () => {
    const found: string[] = []
    for (const [key, message] of entries) {
      if (typeof message === 'string') continue
      for (const variants of message) {
        const on = /local \w+ = (\w+): plural/.exec(variants.declarations.join('\n'))?.[1]
        if (on === undefined) continue
        const singular = Object.entries(variants.match).find(([k]) => /=one$/.test(k))?.[1]
        const several = Object.entries(variants.match).find(([k]) => /=other$/.test(k))?.[1]
        if (singular === undefined || several === undefined) found.push(`${key}: a form is missing`)
        else {
          const word = new RegExp(`\\{${on}\\} (\\p{L}+s)\\b`, 'u').exec(singular)?.[1]
          // Words that end so and are one.
          if (word !== undefined && !['mes', 'país'].includes(word)) found.push(`${key}: ${singular}`)
        }
      }
    }
    expect(found).toEqual([])
  })
})
