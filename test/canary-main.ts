// `logveil redact` whose scanner throws on batches that hold BOOM, or that cannot even be created; the errors quote what they met, as
// those of parsers do, line breaks and all.
import { complain, describe } from '../src/cli/complain.ts'
import { redactCommand } from '../src/cli/redact.ts'
import { autoCodec } from '../src/codecs/auto.ts'
import { bundledDetectors } from '../src/index.ts'
import { createFingerprinter } from '../src/redact/fingerprint.ts'
import { compilePolicy } from '../src/redact/policy.ts'
import { assembleRedactor } from '../src/redactor.ts'
import { createCarry, createScanner } from '../src/scan/scanner.ts'

const scanner = createScanner(bundledDetectors)

function quoting(text: string): Error {
  const error = new TypeError(`cannot scan ${text}`)
  return Object.assign(error, { code: text, input: text, cause: new Error(text) })
}

try {
  process.exitCode = await redactCommand(process.argv.slice(2), async ({ onError }) => {
    if (process.env.CANARY_CREATE) throw quoting(process.env.CANARY_CREATE)
    return assembleRedactor({
      scanner: {
        ...scanner,
        scan(payload, codec, carry) {
          const text = Buffer.from(payload).toString()
          if (text.includes('BOOM')) throw quoting(text)
          return scanner.scan(payload, codec, carry)
        }
      },
      codec: autoCodec,
      policy: compilePolicy(),
      fingerprinter: createFingerprinter([]),
      onError,
      createCarry
    })
  })
} catch (error) {
  complain(`a bug in logveil: ${describe(error)}`)
  process.exitCode = 2
}
