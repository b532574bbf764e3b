interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string }
}

const types = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes
const policy = types?.createPolicy('chaski', { createScriptURL: (url) => url })

/** The server's policy lets only `chaski` name a script's address. */
export function scriptURL(url: string): string {
  return policy ? policy.createScriptURL(url) : url
}
