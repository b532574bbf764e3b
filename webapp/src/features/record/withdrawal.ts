import type { RecordCollection } from '../../domain/records'
import { m } from '../../i18n'
import { wordsOf } from '../../i18n/records'
import { withdraw } from '../../state/records'
import { toasts } from '../../ui/toast.svelte'

/** Takes a record back, says so, and offers the way back for as long as it was not sent. */
export async function takeBack(kind: RecordCollection, id: string, activity: string): Promise<void> {
  const words = wordsOf(kind).withdraw
  if (!words) return
  const undo = await withdraw(kind, id, words.done({ name: activity }))
  const back = async () => {
    if (!(await undo())) toasts.show({ text: m.reopen_too_late() })
  }
  toasts.show({ text: words.said(), action: { text: m.undo(), run: () => void back() } })
}
