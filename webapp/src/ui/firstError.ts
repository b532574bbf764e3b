import { tick } from 'svelte'

/**
 * After a form was not accepted: its first error comes into sight and has the
 * focus, so that nobody looks for what is wrong below or above the window. Where
 * no field is wrong, what was said of the whole comes into sight.
 */
export async function toFirstError(): Promise<void> {
  await tick()
  const wrong = document.querySelector<HTMLElement>('main :is([aria-invalid="true"], [data-wrong] input)')
  wrong?.focus({ preventScroll: true })
  const place = wrong ? (wrong.closest('.field, fieldset') ?? wrong) : document.querySelector('main [role="alert"]')
  place?.scrollIntoView({ block: 'center' })
}
