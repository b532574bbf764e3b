/** Words of documents on their way: why one was not kept or not taken, and where each stands. */
import { MAX_DOCUMENTS, MAX_FILE_BYTES } from '../domain/account'
import type { PaperTrouble } from '../domain/document'
import type { PhotoStand } from '../domain/photo'
import { isTrouble } from '../domain/storage'
import { m } from './index'
import { notKeptWords } from './photos'
import { fileSize } from './rendicion'
import { troubleWords } from './storage'

/** Why a file was not kept, and what to do. */
export function paperTrouble(why: PaperTrouble, name: string): string {
  switch (why) {
    case 'empty':
      return m.rc_file_empty()
    case 'large':
      return m.rc_file_large({ max: fileSize(MAX_FILE_BYTES) })
    case 'heic':
      return m.rc_file_heic()
    case 'kind':
      return m.rc_file_kind()
    case 'ending':
      return m.rc_file_ending()
    case 'cut':
      return m.rc_file_cut()
    case 'unreadable':
      return m.rc_file_unreadable()
    case 'other':
      return m.rc_file_other()
    case 'twice':
      return m.doc_twice()
    case 'too_many':
      return m.doc_many({ max: MAX_DOCUMENTS })
    default:
      return isTrouble(why) ? m.doc_storage({ what: troubleWords(why) }) : notKeptWords(why, name, MAX_DOCUMENTS)
  }
}

/** Why the server did not take the bytes, from its code, and what to do. */
export function paperRefusal(code: string): string {
  switch (code) {
    case 'file_virus':
      return m.doc_refusal_virus()
    case 'file_protected':
      return m.doc_refusal_protected()
    case 'file_active':
    case 'file_disguised':
      return m.doc_refusal_active()
    case 'file_damaged':
      return m.doc_refusal_damaged()
    case 'file_xml_refused':
      return m.doc_refusal_xml()
    case 'file_heic':
      return m.rc_file_heic()
    case 'file_kind_refused':
    case 'file_type_refused':
      return m.rc_file_kind()
    case 'file_name_mismatch':
      return m.rc_file_ending()
    case 'file_too_large':
      return m.rc_file_large({ max: fileSize(MAX_FILE_BYTES) })
    case 'file_empty':
      return m.rc_file_empty()
    case 'image_too_large':
      return m.doc_refusal_pixels()
    case 'archive_entry_refused':
    case 'archive_unsafe':
    case 'archive_too_large':
      return m.doc_refusal_zip()
    case 'documents_quota':
      return m.doc_refusal_quota()
    case 'file_hash_mismatch':
      return m.doc_refusal_hash()
    case 'file_lost':
      return m.doc_refusal_lost()
    default:
      return m.doc_refusal_other({ code })
  }
}

/** Where a document stands, for who sends it. */
export function paperStand(stand: PhotoStand, sent: number, size: number, wifi: boolean): string {
  switch (stand) {
    case 'sending':
      return m.doc_sending({ done: fileSize(sent), all: fileSize(size) })
    case 'stored':
      return m.doc_stored()
    case 'refused':
      return m.doc_refused()
    case 'elsewhere':
      return m.doc_elsewhere()
    default:
      if (wifi) return m.doc_waits_wifi()
      return sent > 0 ? m.doc_here_part({ done: fileSize(sent), all: fileSize(size) }) : m.doc_here()
  }
}
