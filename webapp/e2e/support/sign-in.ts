import type { Page } from '@playwright/test'
import { password } from './people'

/** What everybody types, whatever he comes to; see Phone and BoardPage for what is waited for then. */
export async function signIn(page: Page, who: string): Promise<void> {
  await page.goto('/')
  await page.getByLabel('Correo').fill(who)
  await page.getByLabel('Contraseña').fill(password)
  await page.getByRole('button', { name: 'Entrar' }).click()
}
