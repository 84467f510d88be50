import type { KnownSecret } from '../model.ts'
import type { Redactor } from '../redactor.ts'

/**
 * Redacts made lines before the command starts, which takes 60 ms. Detectors and readers are compiled at their first hit, each of which takes up to
 * 16 ms (with `--findings` the words that weak passwords are known by take 0.2 s more): the first lines that hold something would wait for that.
 */
export function warmUp(redactor: Redactor, known: readonly KnownSecret[]): void {
  for (let round = 0; round < rounds; round++) {
    for (const line of madeLines(known)) redactor.redact(Buffer.from(`${line}\n`))
  }
}

const rounds = 2

/** What logs hold most: secrets under names, tokens, passwords in URLs, values that are known; as text and as JSON. */
function madeLines(known: readonly KnownSecret[]): string[] {
  const password = 'Maple-4711-syrup!'
  const token = `ghp_${'a1B2c3D4e5'.repeat(4).slice(0, 36)}`
  return [
    'GET /api/v1/orders/4711 200 in 12 ms, user agent Mozilla/5.0 (X11; Linux)',
    `connected, password=${password}`,
    `export DB_PASSWORD=${password} && curl -u app:${password} https://host.example/`,
    `dsn=postgres://app:${password}@db.example:5432/orders`,
    `GET /a?access_token=${token}`,
    `Authorization: Bearer ${token}`,
    `the secret of staging is ${password}, none of the tokens is left`,
    `login with password "${password}" using token ${token}`,
    `echo "$DB_PASSWORD" | docker login -u ci --password-stdin; psql --password ${password} --api-key=${token}`,
    `  client_secret: ${password} # <password>${password}</password>`,
    `Set-Cookie: session=${password}; Path=/; {\\"api_key\\":\\"${token}\\"}`,
    JSON.stringify({ msg: `cloning https://x:${token}@host.example/`, headers: { authorization: token }, password }),
    ...known.slice(0, 2).flatMap(({ value }) => [`is ${value}`, JSON.stringify({ value })])
  ]
}
