import { expect, type Locator, type Page } from '@playwright/test'
import { password } from './people'

/** What central staff see on the board, by the words they read. */
export class BoardPage {
  constructor(readonly page: Page) {}

  async signIn(email: string): Promise<void> {
    await this.page.goto('/')
    await this.page.getByLabel('Correo').fill(email)
    await this.page.getByLabel('Contraseña').fill(password)
    await this.page.getByRole('button', { name: 'Entrar' }).click()
    // A coordinator begins with his unit.
    await expect(this.page.getByRole('heading', { level: 1, name: /^(Tablero de avance|UT )/ })).toBeVisible()
  }

  /** The server tells this page its news. */
  async live(): Promise<void> {
    await expect(this.page.getByTestId('board-connection')).toContainText('Conectado')
  }

  physical(ao: string): Locator {
    return this.page.getByTestId(`ao-physical-${ao}`)
  }

  financial(ao: string): Locator {
    return this.page.getByTestId(`ao-financial-${ao}`)
  }

  /** Stays true as long as the page was not loaded anew. */
  async plantFlag(): Promise<void> {
    await this.page.evaluate(() => Object.assign(window, { stillTheSamePage: true }))
  }

  async isTheSamePage(): Promise<boolean> {
    return this.page.evaluate(() => 'stillTheSamePage' in window)
  }
}
