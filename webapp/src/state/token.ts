import { LocalAuthStore, type AuthRecord } from 'pocketbase'

/**
 * The token on this device. The SDK stores what it makes of any answer with status
 * 200; of one that was cut off it makes nothing, which would sign out whoever only
 * renewed his token. What is not whole is not kept.
 */
export class WholeTokens extends LocalAuthStore {
  /** @throws TypeError for an answer without a token or an account: what was kept stays */
  override save(token: string | undefined, record?: AuthRecord): void {
    if (!token || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) || !record?.id) throw new TypeError('the answer is not whole')
    super.save(token, record)
  }
}
