import type { Locator, Page } from '@playwright/test'

/**
 * A finger that counts: every touch, and every digit on the phone's keyboard.
 * The page counts what reached it too, so that nothing is done past the finger.
 * Moving a list with the thumb is no tap.
 */
export class Finger {
  taps = 0

  private constructor(private readonly page: Page) {}

  static async on(page: Page): Promise<Finger> {
    await page.evaluate(() => {
      const seen = { taps: 0 }
      Object.assign(window, { seen })
      for (const kind of ['pointerdown', 'keydown']) addEventListener(kind, () => seen.taps++, true)
    })
    return new Finger(page)
  }

  async tap(what: Locator): Promise<void> {
    this.taps++
    await what.tap()
  }

  async type(text: string): Promise<void> {
    this.taps += text.length
    await this.page.keyboard.type(text)
  }

  /** Moves a long list until somebody of it, by his place from 1, is there. */
  async scrollTo(place: number): Promise<Locator> {
    const row = this.page.locator(`li[aria-posinset="${place}"]`)
    for (let n = 0; n < 60 && !(await row.isVisible()); n++) {
      await this.page.evaluate(() => scrollBy(0, 250))
      await this.page.waitForTimeout(50)
    }
    return row
  }

  /** What the page itself has noticed. */
  noticed(): Promise<number> {
    return this.page.evaluate(() => (window as unknown as { seen: { taps: number } }).seen.taps)
  }
}
