import { expect, test } from 'vitest'
import { plainTickets, urlMistake } from '../../src/config/tickets-defaults.ts'
import { ticketsSchema } from '../../src/config/tickets-schema.ts'

test('options make what the schema makes of them', () => {
  const channels = [{ type: 'webhook', url: 'https://a.example/x?y=1' }]
  expect(plainTickets('dir', [])).toEqual(ticketsSchema.parse({ directory: 'dir' }))
  expect(plainTickets('dir', ['https://a.example/x?y=1'])).toEqual(ticketsSchema.parse({ directory: 'dir', channels }))
})

test.each(['https://a/', 'http://a.example:80/x@y', 'ftp://a/', 'a', '', 'https://u:p@a/', 'HTTPS://a/', 'https:a'])(
  'an address that the schema refuses is refused with the same words: %s',
  (url) => {
    const { error } = ticketsSchema.safeParse({ directory: 'dir', channels: [{ type: 'webhook', url }] })
    expect(urlMistake(url)).toBe(error?.issues[0].message ?? null)
  }
)
