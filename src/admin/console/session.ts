/** Of this tab and this origin only, until it is closed; see the decisions in src/README.md. */
const key = 'logveil-token'

export function tokenOf(): string | null {
  return sessionStorage.getItem(key)
}

export function signIn(token: string): void {
  sessionStorage.setItem(key, token)
}

export function signOut(): void {
  sessionStorage.removeItem(key)
}

/** An answer that is no success; `message` is for people. */
export class Refused extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** JSON of the admin port. Throws `Refused`; status 0: nobody answers. */
export async function ask<T>(path: string, body?: object): Promise<T> {
  const token = tokenOf()
  const headers = {
    ...(token !== null && { authorization: `Bearer ${token}` }),
    ...(body !== undefined && { 'content-type': 'application/json' })
  }
  const init = body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) }
  const response = await fetch(path, { ...init, credentials: 'omit', redirect: 'error' }).catch(() => null)
  if (response === null) throw new Refused(0, 'logveil does not answer')
  const answer = await response.json().catch(() => null)
  if (response.ok && answer !== null) return answer as T
  throw new Refused(response.status, answer?.message ?? `HTTP ${response.status}`)
}

/** Text of the admin port, whatever its status; null: nobody answers. */
export async function look(path: string): Promise<{ readonly ok: boolean; readonly text: string } | null> {
  try {
    const response = await fetch(path, { credentials: 'omit' })
    return { ok: response.ok, text: await response.text() }
  } catch {
    return null
  }
}
