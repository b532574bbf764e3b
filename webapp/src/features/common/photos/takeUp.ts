import { mostOf } from '../../../domain/photo'
import { notKeptWords } from '../../../i18n/photos'
import { takeUp } from '../../../state/photos'
import { toasts } from '../../../ui/toast.svelte'

/** Goes on with the pictures of a draft that came as the page ended, and says what became of none. */
export async function takeUpPhotos(draft: string): Promise<void> {
  for (const { name, why } of await takeUp(draft))
    toasts.show({ text: notKeptWords(why, name, mostOf('visit_photos')) })
}
