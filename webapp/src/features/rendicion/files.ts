import { m } from '../../i18n'
import { fileSize } from '../../i18n/rendicion'
import type { Words } from '../../state/uploads.svelte'

/**
 * What the file chooser offers; the server looks at the content. HEIC is left out on purpose: an iPhone then hands its
 * photos over as JPEG by itself.
 */
export const ACCEPT = '.pdf,.jpg,.jpeg,.jfif,.jpe,.png,.xlsx,.docx,.zip,.xml'

/** What is said of a file before the server sees it. */
export function wordsFor(maxBytes: number): Words {
  return {
    empty: m.rc_file_empty(),
    large: m.rc_file_large({ max: fileSize(maxBytes) }),
    heic: m.rc_file_heic(),
    kind: m.rc_file_kind(),
    ending: m.rc_file_ending(),
    cut: m.rc_file_cut(),
    unreadable: m.rc_file_unreadable(),
    other: m.rc_file_other(),
  }
}
