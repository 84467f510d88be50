/** For `parseArgs`: what every command has that opens tickets. */
export const ticketOptions = {
  tickets: { type: 'string' },
  webhook: { type: 'string', multiple: true }
} as const

export interface TicketValues {
  readonly tickets?: string | undefined
  readonly webhook?: string[] | undefined
}
