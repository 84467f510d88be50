import { createRedactor } from '../../src/index.ts'
import { loadDetectors } from '../../src/scan/load/load.ts'

/** 32 hexadecimal digits that look generated. */
export const hex = ['3f9a1c47', 'b2d8e605', '91c4f7a3', '0e6bd258'].join('')

/** A redactor with one detector, `acme-api-key`, for keys of a made-up vendor; `fields` say what is under test. */
export function redactorForAcme(fields: Readonly<Record<string, unknown>>) {
  const detector = { id: 'acme-api-key', name: 'Acme API key', severity: 'high', keywords: ['acme'], ...fields }
  const content = { provider: 'acme', name: 'Acme', references: ['https://docs.acme.test/'], detectors: [detector] }
  const { placed, mistakes } = loadDetectors([{ file: 'acme.yaml', lineOf: () => 0, content }])
  const redactor = createRedactor({ detectors: placed.map((one) => one.detector) })
  return { mistakes, redact: (line: string) => Buffer.from(redactor.redact(Buffer.from(line)).payload).toString() }
}
