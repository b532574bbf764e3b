import { get, type Schemas } from './api'
import { send } from './send'

/** What anybody may know of this server before signing in. */
export const doors = () => get<Schemas['Doors']>('/access')
export const checkLink = (token: string) =>
  send<Schemas['AccessLink']>('/access/link', { method: 'POST', body: { token } })
export const setup = (body: Schemas['SetupRequest']) =>
  send<Schemas['SetupDone']>('/access/setup', { method: 'POST', body })
export const setPassword = (token: string, password: string) =>
  send<Schemas['PasswordSet']>('/access/password', { method: 'POST', body: { token, password } })
export const forgot = (email: string) => send<Schemas['Asked']>('/access/forgot', { method: 'POST', body: { email } })
