import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { documentProblem, HEAD_BYTES } from '../domain/document'
import { pictureProblem } from '../domain/picture'
import { m } from './index'
import { paperRefusal, paperTrouble } from './papers'
import { notKeptWords, refusalWords } from './photos'

interface Spanish {
  faults: Record<string, string>
}
const spanish = JSON.parse(readFileSync('../internal/httpapi/spanish.json', 'utf8')) as Spanish

/** Of what is not there yet, or is told at the form. */
const ELSEWHERE = ['file_pending', 'file_exists', 'file_name_refused']
const ofFiles = Object.keys(spanish.faults).filter(
  (code) => /^(file|image|archive)_/.test(code) && !ELSEWHERE.includes(code),
)
/** What an inspection finds in documents alone: a photograph is a JPEG. */
const ofPapers = /^archive_|^file_(active|protected|xml_refused)$/

describe('what the server refuses is said in words, by its code', () => {
  test.each([...ofFiles, 'documents_quota'])('%s, of a document', (code) =>
    expect(paperRefusal(code)).not.toBe(m.doc_refusal_other({ code })),
  )
  test.each([...ofFiles.filter((code) => !ofPapers.test(code)), 'file_exists', 'too_many_files', 'record_not_found'])(
    '%s, of a photograph',
    (code) => expect(refusalWords(code)).not.toBe(m.pic_refusal_other({ code })),
  )
})

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0))
const MB = 1 << 20
const pngOf = (side: string): string => `\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR${side}${side}`
const jpegOf = (height: string, width: string): string => `\xff\xd8\xff\xc0\x00\x11\x08${height}${width}\x03`

/** Before anything is kept: what is chosen, and what is wrong with it. */
const picture = (what: string, size: number, head: string) => {
  const why = pictureProblem(size, bytes(head))
  return { what, says: why ? notKeptWords(why, 'foto.jpg', 30) : '' }
}
const paper = (what: string, name: string, size: number, head: string) => {
  const why = documentProblem(name, size, bytes(head).subarray(0, HEAD_BYTES), 200 * MB)
  return { what, says: why ? paperTrouble(why, name) : '' }
}

const rows = [
  picture('a photograph of 48 megapixels', 12 * MB, jpegOf('\x17\xa0', '\x1f\x80')),
  picture('a PNG that claims 122,500 megapixels', 900, pngOf('\x00\x05\x57\x30')),
  picture('a photograph of no bytes', 0, ''),
  picture('a PDF called foto.jpg', 2000, '%PDF-1.7'),
  picture('a text called foto.jpg', 200, 'una nota'),
  { what: 'a HEIC that this browser cannot open', says: notKeptWords('picture_heic', 'foto.jpg', 30) },
  { what: 'a photograph cut in the middle', says: notKeptWords('picture_damaged', 'foto.jpg', 30) },
  { what: 'the same photograph twice on a record', says: notKeptWords('twice', 'foto.jpg', 30) },
  { what: 'one photograph more than a record takes', says: notKeptWords('too_many', 'foto.jpg', 30) },
  paper('a document of no bytes', 'oficio.pdf', 0, ''),
  paper('a document of exactly 200 MB', 'oficio.pdf', 200 * MB, '%PDF-1.7'),
  paper('one byte more', 'oficio.pdf', 200 * MB + 1, '%PDF-1.7'),
  paper('a HEIC as a document, that this browser cannot open', 'IMG_1.HEIC', 500, '\0\0\0\x18ftypheic'),
  paper('a PDF called foto.jpg, as a document', 'foto.jpg', 500, '%PDF-1.7'),
  paper('a program called informe.pdf', 'informe.pdf', 500, 'MZ\x90'),
  paper('a PDF of five bytes', 'oficio.pdf', 5, '%PDF-'),
  { what: 'the same document twice', says: paperTrouble('twice', 'oficio.pdf') },
]

test('the page says what the phone says before it keeps a file', () => {
  const page = '../docs/documents.md'
  const have = readFileSync(page, 'utf8')
  const [begin, end] = [
    '<!-- on the phone: UPDATE=1 npx vitest run src/i18n/refusals -->\n',
    '<!-- end of the phone -->',
  ]
  const [before = '', rest = ''] = have.split(begin)
  const [, after = ''] = rest.split(end)
  const table = rows.map(({ what, says }) => `| ${what} | ${says ? 'not kept' : 'kept'} | ${says} |\n`).join('')
  const want = `${before}${begin}| what is chosen | what happens | what the person reads |\n|---|---|---|\n${table}${end}${after}`
  if (process.env['UPDATE']) writeFileSync(page, want)
  else expect(have).toBe(want)
})
