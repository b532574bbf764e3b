import type { Page } from '@playwright/test'
import { expect, test } from './support/fixtures'
import { canal, supervisor } from './support/people'
import { Phone } from './support/phone'

test.use({ viewport: { width: 360, height: 740 } })

interface Reading {
  latitude: number
  longitude: number
  accuracy: number
  /** How old the fix is, seconds. */
  age?: number
}

/** The sensor says this now to who watches it: the devices' emulation knows neither age nor a second reading. */
const sense = (page: Page, { age = 0, ...coords }: Reading) =>
  page.evaluate(
    ({ coords, age }) => {
      const said = { altitude: null, altitudeAccuracy: null, heading: null, speed: null, ...coords }
      dispatchEvent(new CustomEvent('sensed', { detail: { coords: said, timestamp: Date.now() - age * 1000 } }))
    },
    { coords, age },
  )

test.beforeEach(async ({ context }) => {
  await context.addInitScript(() => {
    let found: EventListener | undefined
    navigator.geolocation.watchPosition = (success) => {
      found = (e) => success((e as CustomEvent<GeolocationPosition>).detail)
      addEventListener('sensed', found)
      return 1
    }
    navigator.geolocation.clearWatch = () => found && removeEventListener('sensed', found)
  })
})

test('a position that cannot be is refused, a coarse one says so and goes on looking', async ({ page }) => {
  const phone = new Phone(page)
  await phone.ready(supervisor)
  await phone.startVisit(canal)
  await phone.task('Ubicación')
  const taken = page.getByText('Ubicación tomada')
  const reason = page.getByRole('radio', { name: 'Lugar techado, quebrada o bosque' })

  await test.step('0, 0 and Madrid are not kept, and say what to do', async () => {
    await page.getByRole('button', { name: 'Tomar ubicación' }).click()
    await sense(page, { latitude: 0, longitude: 0, accuracy: 5 })
    await expect(page.getByText('El teléfono dio 0, 0')).toBeVisible()
    await expect(taken).toBeHidden()
    await sense(page, { latitude: 40.4168, longitude: -3.7038, accuracy: 8 })
    await expect(page.getByText('está fuera del Perú')).toBeVisible()
    await expect(taken).toBeHidden()
    await expect(page.getByRole('radio', { name: 'No hay señal de GPS' })).toBeVisible()
  })
  await test.step('48 km is imprecise: a reason is asked, the search goes on', async () => {
    await sense(page, { latitude: -13.1588, longitude: -74.2239, accuracy: 48_000 })
    await expect(page.getByText('Ubicación imprecisa')).toBeVisible()
    await expect(page.getByText('a menos de 48,000 m')).toBeVisible()
    await expect(page.getByText('Buscando satélites…')).toBeVisible()
    await expect(taken).toBeHidden()
    await phone.done()
    await expect(page.getByRole('link', { name: /^Ubicación/ })).toContainText('Falta')
    await phone.task('Ubicación')
    await reason.check()
    await phone.done()
    await expect(page.getByRole('link', { name: /^Ubicación/ })).toContainText('Ubicación imprecisa')
    await expect(page.getByRole('link', { name: /^Ubicación/ })).toContainText('Listo')
  })
  await test.step('a better one takes its place, and no reason is asked any more', async () => {
    await phone.task('Ubicación')
    await page.getByRole('button', { name: 'Tomar de nuevo' }).click()
    await sense(page, { latitude: -13.1588, longitude: -74.2239, accuracy: 9, age: 3 * 3600 })
    await expect(taken).toBeHidden()
    await sense(page, { latitude: -13.1588, longitude: -74.2239, accuracy: 9 })
    await expect(taken).toBeVisible()
    await expect(reason).toBeHidden()
  })
})
