import { z } from 'zod'
import {
  actions,
  allowanceShape,
  changeBody,
  errorShape,
  expiringChangeBody,
  historyShape,
  listQuery,
  ticketId,
  ticketPageShape,
  ticketShape,
  wholeTicketShape
} from './ticket-shapes.ts'

/** The document of the API of tickets: OpenAPI 3.1, made of what checks its requests. */
export function openApi(version: string): object {
  return {
    openapi: '3.1.0',
    jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema',
    info: {
      title: 'logveil tickets',
      version,
      description:
        'Tickets of secrets that leaked: one for each, whatever the number of sightings. No answer holds a secret or a part of one.'
    },
    security: [{ bearer: [] }],
    paths: {
      '/v1/tickets': {
        get: operation('listTickets', 'Tickets, those seen last first', {
          parameters: Object.entries(listQuery.shape).map(([name, schema]) => parameter('query', name, schema)),
          answers: { 200: answer('A page', 'TicketPage'), ...refusals('QUERY_INVALID') }
        })
      },
      '/v1/tickets/{id}': {
        get: operation('showTicket', 'One ticket with its history', {
          parameters: [idParameter],
          answers: { 200: answer('The ticket', 'WholeTicket'), ...refusals('QUERY_INVALID', 'TICKET_UNKNOWN') }
        })
      },
      '/v1/tickets/{id}/history': {
        get: operation('showHistory', 'Who changed what, when and why', {
          parameters: [idParameter],
          answers: { 200: answer('The history', 'History'), ...refusals('QUERY_INVALID', 'TICKET_UNKNOWN') }
        })
      },
      ...Object.fromEntries(
        Object.entries(actions).map(([name, action]) => [`/v1/tickets/{id}/${name}`, changing(name, action)])
      ),
      '/v1/allowlist': {
        get: operation('listAllowances', 'False positives that were decided on', {
          answers: { 200: answer('All of them', 'Allowlist'), ...refusals('QUERY_INVALID') }
        })
      },
      '/v1/openapi.json': {
        get: {
          ...operation('openApi', 'This document', {
            answers: { 200: { description: 'The document', content: json({ type: 'object' }) } }
          }),
          security: []
        }
      }
    },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: {
        Ticket: schemaOf(ticketShape),
        TicketPage: schemaOf(ticketPageShape),
        WholeTicket: schemaOf(wholeTicketShape),
        History: schemaOf(z.strictObject({ history: z.array(historyShape) })),
        Allowlist: schemaOf(z.strictObject({ entries: z.array(allowanceShape) })),
        Change: schemaOf(changeBody),
        ExpiringChange: schemaOf(expiringChangeBody),
        Error: schemaOf(errorShape)
      }
    }
  }
}

interface Operation {
  readonly parameters?: readonly object[]
  readonly body?: string
  readonly answers: Readonly<Record<number, object>>
}

function operation(operationId: string, summary: string, { parameters = [], body, answers }: Operation): object {
  const requestBody = body === undefined ? {} : { requestBody: { required: true, content: json(ref(body)) } }
  return { operationId, summary, ...(parameters.length > 0 && { parameters }), ...requestBody, responses: answers }
}

function changing(name: string, { summary, expires }: (typeof actions)[keyof typeof actions]): object {
  const reasons = ['QUERY_INVALID', 'BODY_INVALID', 'TICKET_UNKNOWN', 'TICKET_INVALID', 'FORBIDDEN'] as const
  return {
    post: operation(`${camel(name)}Ticket`, summary, {
      parameters: [idParameter],
      body: expires ? 'ExpiringChange' : 'Change',
      answers: { 200: answer('The ticket as it is now', 'Ticket'), ...refusals(...reasons) }
    })
  }
}

function camel(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}

const refusalStatus = {
  QUERY_INVALID: { 400: 'The query or the body is not as it should be' },
  BODY_INVALID: {
    400: 'The query or the body is not as it should be',
    413: 'The body is too large',
    415: 'The body is no JSON'
  },
  TICKET_UNKNOWN: { 404: 'There is no such ticket, or there are several' },
  TICKET_INVALID: { 409: 'From its state nothing leads there' },
  FORBIDDEN: { 403: 'The token may only read' }
} as const

function refusals(...reasons: (keyof typeof refusalStatus)[]): Record<number, object> {
  const always = { 401: 'There is no token, or none that is known', 503: 'The ledger does not answer: come again' }
  const all = Object.assign({}, always, ...reasons.map((reason) => refusalStatus[reason])) as Record<number, string>
  return Object.fromEntries(Object.entries(all).map(([status, text]) => [status, answer(text, 'Error')]))
}

function answer(description: string, schema: string): object {
  return { description, content: json(ref(schema)) }
}

function json(schema: object): object {
  return { 'application/json': { schema } }
}

function ref(name: string): object {
  return { $ref: `#/components/schemas/${name}` }
}

const idParameter = { ...parameter('path', 'id', ticketId), required: true }

function parameter(where: 'query' | 'path', name: string, schema: z.ZodType): object {
  const { description, ...rest } = schemaOf(schema) as { description?: string }
  return { in: where, name, ...(description !== undefined && { description }), schema: rest }
}

/** Requests as they may be sent: what has a default may be left out. */
function schemaOf(schema: z.ZodType): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' })
  return rest
}
