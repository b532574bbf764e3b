import { describe, expect, it } from 'vitest'
import { documentProblem, isHeic } from './document'

const bytes = (text: string) => Uint8Array.from(text, (c) => c.charCodeAt(0))
const heic = bytes('\x00\x00\x00\x18ftypheic')

describe('what can be said of a file before it is sent', () => {
  it.each([
    ['oficio.pdf', 0, '', 'empty'],
    ['oficio.pdf', 2000, '%PDF-1.7', 'large'],
    ['oficio.pdf', 500, '%PDF-1.7', undefined],
    ['OFICIO.PDF. ', 500, '%PDF-1.7', undefined],
    ['oficio.pdf', 5, '%PDF-', 'cut'],
    ['oficio.docx', 500, '%PDF-1.7', 'ending'],
    ['oficio', 500, '%PDF-1.7', 'ending'],
    ['foto.jfif', 500, '\xff\xd8\xff\xe0', undefined],
    ['foto.jpe', 500, '\xff\xd8\xff\xe1', undefined],
    ['foto.png', 500, '\xff\xd8\xff\xe1', 'ending'],
    ['foto.png', 500, '\x89PNG\r\n\x1a\n', undefined],
    ['plan.xlsx', 500, 'PK\x03\x04', undefined],
    ['fotos.zip', 500, 'PK\x03\x04', undefined],
    ['factura.xml', 500, '\xef\xbb\xbf<?xml', undefined],
    ['informe.pdf', 500, 'MZ\x90', 'kind'],
    ['fotos.rar', 500, 'Rar!\x1a\x07', 'kind'],
    ['IMG_1.HEIC', 500, '\x00\x00\x00\x18ftypheic', 'heic'],
    ['foto.jpg', 500, '\x00\x00\x00\x1cftypavif', 'heic'],
  ])('%s, %i bytes', (name, size, head, problem) => {
    expect(documentProblem(name, size, bytes(head), 1000)).toBe(problem)
  })

  it('a film is no photo', () => {
    expect(isHeic(heic)).toBe(true)
    expect(isHeic(bytes('\x00\x00\x00\x18ftypmp42'))).toBe(false)
  })
})
