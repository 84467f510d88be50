import { z } from 'zod'

/** Of newer entries there may be more. */
const placements = ['pino', 'otel', 'winston', 'bunyan', 'console', 'other'] as const

/**
 * A finding as an application reports it, see docs/findings.md. Every text is bounded, and those that are names look like names, so that what a
 * sender makes up takes neither much room nor the shape of a secret. Members that nobody knows are left out.
 */
export const reportedFinding = z.object({
  time: z.iso.datetime(),
  placement: z.enum(placements).catch('other'),
  service: z.string().max(200).nullable(),
  detector: z.string().regex(/^[A-Za-z0-9._:-]{1,128}$/),
  confidence: z.enum(['confirmed', 'likely', 'possible']),
  severity: z.enum(['critical', 'high', 'medium', 'low']),
  path: z.string().max(1024),
  length: z.int().min(0),
  fingerprint: z
    .string()
    .regex(/^[a-z0-9-]{1,16}\.[A-Za-z0-9_-]{16}$/)
    .nullable(),
  action: z.enum(['label', 'mask', 'partial', 'hmac', 'encrypt', 'remove', 'drop', 'flag']),
  hints: z.record(z.string().max(64), z.string().max(512)),
  expired: z.boolean().nullable()
})

export type ReportedFinding = z.output<typeof reportedFinding>

/** The same as a record of a topic: of an application, or of a stage of logveil, which tells the place in another topic instead. */
export const topicFinding = reportedFinding.omit({ expired: true }).extend({
  placement: z.enum(placements).catch('other').default('other'),
  service: z.string().max(200).nullable().default(null),
  path: z.string().max(1024).default(''),
  place: z
    .object({ topic: z.string().max(249) })
    .nullable()
    .default(null)
})

export type TopicFinding = z.output<typeof topicFinding>
