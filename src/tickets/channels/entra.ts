import { type Calls, isRefusal, type Outgoing } from './request.ts'

/** An application of Microsoft Entra, by its client credentials. */
export interface EntraOptions {
  /** `https://login.microsoftonline.com` */
  readonly authority: string
  readonly tenant: string
  readonly clientId: string
  readonly clientSecret: string
}

/** Of the calls of one delivery those with a token for a scope: `https://graph.microsoft.com/.default`. */
export type Entra = (calls: Calls, scope: string) => Calls

interface Token {
  readonly text: string
  /** ms since 1970. */
  readonly until: number
}

interface Answer {
  readonly access_token: string
  readonly expires_in: number
}

/** Clocks differ, and a delivery takes its time. */
const earlyMs = 300_000

/**
 * Tokens, kept until shortly before they expire; what is refused with 401 is tried once more with a fresh one. By
 * https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export function createEntra({ authority, tenant, clientId, clientSecret }: EntraOptions): Entra {
  const tokens = new Map<string, Token>()

  async function tokenOf(calls: Calls, scope: string): Promise<string> {
    const known = tokens.get(scope)
    if (known !== undefined && Date.now() < known.until) return known.text
    const grant = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope }
    const outgoing = {
      path: `${authority}/${tenant}/oauth2/v2.0/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: String(new URLSearchParams(grant))
    }
    const token = await calls.call(outgoing, ({ access_token: text, expires_in: seconds }: Answer) => {
      if (typeof text !== 'string' || !(seconds > 0)) throw new TypeError('no token')
      return { text, until: Date.now() + seconds * 1000 - earlyMs }
    })
    tokens.set(scope, token)
    return token.text
  }

  return (calls, scope) => {
    async function attempt<T>(outgoing: Outgoing, perform: (outgoing: Outgoing) => Promise<T>): Promise<T> {
      const withToken = async (): Promise<Outgoing> => {
        return { ...outgoing, headers: { authorization: `Bearer ${await tokenOf(calls, scope)}` } }
      }
      const first = await withToken()
      try {
        return await perform(first)
      } catch (error) {
        if (!isRefusal(error, 401)) throw error
        tokens.delete(scope)
        return perform(await withToken())
      }
    }

    return {
      send: (outgoing) => attempt(outgoing, calls.send),
      call: (outgoing, read) => attempt(outgoing, (all) => calls.call(all, read)),
      callIfThere: (outgoing, read) => attempt(outgoing, (all) => calls.callIfThere(all, read))
    }
  }
}
