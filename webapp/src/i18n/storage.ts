/** What is said of a trouble with this device's own storage, and what to do. */
import type { StorageTrouble } from '../domain/storage'
import { m } from './index'

const WORDS: Record<StorageTrouble, { title: () => string; text: () => string }> = {
  storage_full: { title: m.trouble_full_title, text: m.trouble_full_text },
  storage_shut: { title: m.trouble_shut_title, text: m.trouble_shut_text },
  storage_failed: { title: m.trouble_failed_title, text: m.trouble_failed_text },
  storage_blocked: { title: m.trouble_blocked_title, text: m.trouble_blocked_text },
  storage_newer: { title: m.trouble_newer_title, text: m.trouble_newer_text },
  storage_gone: { title: m.trouble_gone_title, text: m.trouble_gone_text },
}

export const troubleTitle = (trouble: StorageTrouble): string => WORDS[trouble].title()
export const troubleText = (trouble: StorageTrouble): string => WORDS[trouble].text()

/** Both, inside another sentence; '' where nothing is wrong. */
export const troubleWords = (trouble: StorageTrouble | ''): string =>
  trouble === '' ? '' : `${troubleTitle(trouble)}. ${troubleText(trouble)}`
