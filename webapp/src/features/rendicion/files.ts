import { m } from '../../i18n'
import { fileSize } from '../../i18n/rendicion'
import type { Words } from '../../state/uploads.svelte'

/** What the file chooser offers; the server looks at the content. */
export const ACCEPT = '.pdf,.jpg,.jpeg,.png,.xlsx,.docx,.zip'

/** What is said of a file before the server sees it. */
export function wordsFor(maxBytes: number): Words {
  return {
    empty: m.rc_file_empty(),
    large: m.rc_file_large({ max: fileSize(maxBytes) }),
    unreadable: m.rc_file_unreadable(),
    other: m.rc_file_other(),
  }
}
