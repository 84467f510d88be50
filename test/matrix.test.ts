/**
 * The contexts in which rule sets made for repositories lose tokens in logs: 18 well-known tokens in 17 contexts, and 14 shapes of
 * credential leaks. Every span is exact: nothing of the secret stays, nothing around it goes.
 */
import { expect, test } from 'vitest'
import { createRedactor } from '../src/index.ts'
import { expand } from '../src/scan/template.ts'

const redactor = createRedactor()

function redact(line: string): string {
  const { payload } = redactor.redact(Buffer.from(`${line}\n`))
  return Buffer.from(payload).toString().slice(0, -1)
}

/** Every placeholder by one sign, whatever detector it names. */
function anonymous(line: string): string {
  return line.replace(/\[REDACTED:[a-z0-9-]+\]/g, '█')
}

const tokens: Record<string, string> = {
  'AWS key id': 'AKIA{{base32:16}}',
  'Google API key': 'AIza{{base64url:35}}',
  Stripe: 'sk_live_{{base62:24}}',
  npm: 'npm_{{base62:30}}{{crc32-base62}}',
  DigitalOcean: 'dop_v1_{{hex:64}}',
  OpenAI: 'sk-proj-{{base62:74}}T3BlbkFJ{{base62:74}}',
  Anthropic: 'sk-ant-api03-{{base62:93}}AA',
  SendGrid: 'SG.{{base62:22}}.{{base62:43}}',
  GitHub: 'ghp_{{base62:30}}{{crc32-base62}}',
  GitLab: 'glpat-{{base62:20}}',
  Slack: 'xoxb-{{digits:12}}-{{digits:12}}-{{base62:24}}',
  Vault: 'hvs.CAES{{base62:90}}',
  Shopify: 'shpat_{{hex:32}}',
  'Hugging Face': 'hf_{{set:abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:34}}',
  PyPI: 'pypi-AgEIcHlwaS5vcmc{{base62:120}}',
  Databricks: 'dapi{{hex:32}}',
  Grafana: 'glsa_{{base62:32}}_{{hex:8}}',
  JWT: '{{jwt}}'
}

const contexts: Record<string, string> = {
  space: 'issued @@ to client',
  'JSON string': '{"level":"info","value":"@@"}',
  'JSON in a JSON string': '{"level":"info","body":"{\\"t\\":\\"@@\\"}"}',
  comma: 'a=1, @@, b=2',
  'closing parenthesis': 'login(@@) done',
  'closing brace': '{@@}',
  'closing bracket': '[@@]',
  ampersand: 'q=@@&z=1',
  'less than': '<t>@@</t>',
  'full stop': 'the value was @@.',
  colon: '@@: accepted',
  pipe: 'a|@@|b',
  at: 'https://@@@example.test/',
  hash: 'page @@#top',
  'path segment': 'GET /v1/@@/get HTTP/1.1',
  'percent-encoded neighbours': 'redirect=t%3D@@%26z',
  'underscore before': 'X_@@'
}

test.each(Object.entries(tokens))('%s in all 17 contexts', (_name, template) => {
  expect(Object.keys(contexts)).toHaveLength(17)
  for (let seed = 1; seed <= 3; seed++) {
    const secret = expand(`[[${template}]]`, seed).text
    for (const [context, line] of Object.entries(contexts)) {
      expect([context, anonymous(redact(line.replace('@@', secret)))]).toEqual([context, line.replace('@@', '█')])
    }
  }
})

/** Lines as they stand in logs; `[[ ]]` marks what must go, exactly. */
const shapes: Record<string, string> = {
  'GitHub installation token with a JWT inside': 'token [[ghs_{{digits:6}}_{{jwt}}]] issued',
  'database DSN': 'connecting to postgres://app:[[{{base62:14}}]]@db.internal:5432/app',
  'ADO.NET connection string': 'Server=db;Database=app;User Id=app;Password=[[{{base62:10}}!x]];Encrypt=true',
  'Basic authorization outside of curl': 'Authorization: Basic [[{{b64:admin:{{base62:12}}}}]]',
  'opaque bearer token': 'Authorization: Bearer [[{{base62:40}}]]',
  'session cookie': 'Cookie: theme=dark; sessionid=[[{{alnum-lower:32}}]]; lang=en',
  'JSON with an earlier key that says auth': '{"authMethod":"token","user":"bob","api_key":"[[{{base62:32}}]]"}',
  'escaped JSON in a JSON string': '{"body":"{\\"auth_token\\":\\"[[{{base62:32}}]]\\"}"}',
  'query parameter': 'GET /cb?access_token=[[{{base62:32}}]]&state=xyz HTTP/1.1',
  'logfmt password with special characters': 'level=info user=bob password=[[{{base62:6}}^%{{base62:4}}$]] ok=true',
  'Python repr': "config: {'user': 'bob', 'password': '[[{{base62:12}}]]'}",
  'AWS secret key in a list': 'aws_secret_access_key=[[{{base62:40}}]], region=eu-west-1',
  'PEM on one line':
    'key="[[-----BEGIN RSA PRIVATE KEY-----\\n{{base64:64}}\\n{{base64:64}}\\n-----END RSA PRIVATE KEY-----]]\\n"',
  'PEM without an end': '{"key":"[[-----BEGIN RSA PRIVATE KEY-----\\n{{base64:64}}\\n{{base64:40}}]]"}'
}

test.each(Object.entries(shapes))('%s', (_name, template) => {
  expect(Object.keys(shapes)).toHaveLength(14)
  for (let seed = 1; seed <= 5; seed++) {
    const { text, spans } = expand(template, seed)
    const bytes = Buffer.from(text)
    const expected = Buffer.concat([bytes.subarray(0, spans[0][0]), Buffer.from('█'), bytes.subarray(spans[0][1])])
    expect(anonymous(redact(text))).toBe(expected.toString())
  }
})
