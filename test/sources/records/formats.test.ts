// Lines as records of OTLP: formats, what is put together, and that streams do not mix.
import { describe, expect, test } from 'vitest'
import { otlpToJson } from '../../../src/codecs/otlp-to-json.ts'
import { validateOtlp } from '../../../src/index.ts'
import type { LineFormat } from '../../../src/model.ts'
import { detectFormat } from '../../../src/sources/records/format.ts'
import { resourceOfPath } from '../../../src/sources/records/kubernetes.ts'
import { type Continues, indented, stackTraces } from '../../../src/sources/records/rules.ts'
import { recordsToOtlp } from '../../../src/sources/records/to-otlp.ts'
import { wholeBytes } from '../../../src/sources/records/whole.ts'

interface Shown {
  body: string
  time?: string
  severity?: string
  attributes?: Record<string, string>
}

/** Read as one batch. */
function recordsOf(format: LineFormat, text: string | Buffer, continues: Continues | null = null): Shown[] {
  const payload = recordsToOtlp(Buffer.from(text as string), { format, continues, resource: {}, observedMs: 1 })
  expect(validateOtlp(payload, 'logs')).toBe(-1)
  const { resourceLogs } = JSON.parse(otlpToJson(payload, 'logs'))
  return resourceLogs[0].scopeLogs[0].logRecords.map((record: Record<string, never>) => {
    const { body, timeUnixNano, severityText, attributes } = record as never as {
      body: { stringValue: string }
      timeUnixNano?: string
      severityText?: string
      attributes?: { key: string; value: { stringValue: string } }[]
    }
    return {
      body: body.stringValue,
      ...(timeUnixNano === undefined ? {} : { time: timeUnixNano }),
      ...(severityText === undefined ? {} : { severity: severityText }),
      ...(attributes === undefined
        ? {}
        : { attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue])) })
    }
  })
}

const bodies = (...args: Parameters<typeof recordsOf>) => recordsOf(...args).map(({ body }) => body)
const at = '2026-11-25T10:00:00.123456789Z'
const nanos = `${Date.UTC(2026, 10, 25, 10) / 1000}123456789`

describe('formats', () => {
  test('CRI: time, stream, text; an offset; what is none is text', () => {
    const lines = `${at} stdout F one\n2026-11-25T11:00:00.123456789+01:00 stderr F two \n${at} stdout F\nodd\n`
    expect(recordsOf('cri', lines)).toEqual([
      { body: 'one', time: nanos, attributes: { 'log.iostream': 'stdout' } },
      { body: 'two ', time: nanos, attributes: { 'log.iostream': 'stderr' } },
      { body: '', time: nanos, attributes: { 'log.iostream': 'stdout' } },
      { body: 'odd' }
    ])
  })

  test('CRI: parts are joined stream by stream, also inside a character', () => {
    const euro = Buffer.from('€')
    const text = Buffer.concat([
      Buffer.from(`${at} stdout P gh\n${at} stderr P er\n${at} stdout P p_`),
      euro.subarray(0, 1),
      Buffer.from(`\n${at} stderr F ror\n${at} stdout F `),
      euro.subarray(1),
      Buffer.from('x\n')
    ])
    expect(bodies('cri', text)).toEqual(['error', 'ghp_€x'])
  })

  test('Docker: usual lines, escapes, parts, labels', () => {
    const line = (log: string, stream: string, more = {}) => `${JSON.stringify({ log, stream, time: at, ...more })}\n`
    const text =
      line('plain\n', 'stdout') +
      line('a "quoted" \u001b[1m\r\n', 'stderr') +
      line('par', 'stdout') +
      line('ted\n', 'stdout') +
      line('labelled\n', 'stdout', { attrs: { team: 'x' } })
    const stdout = { time: nanos, attributes: { 'log.iostream': 'stdout' } }
    expect(recordsOf('docker', text)).toEqual([
      { body: 'plain', ...stdout },
      { body: 'a "quoted" \u001b[1m', time: nanos, attributes: { 'log.iostream': 'stderr' } },
      { body: 'parted', ...stdout },
      { body: 'labelled', time: nanos, attributes: { 'log.iostream': 'stdout', team: 'x' } }
    ])
  })

  test('journald: text and binary fields; an entry is whole or waits', () => {
    const message = Buffer.from('two\nlines')
    const length = Buffer.alloc(8)
    length.writeBigUInt64LE(BigInt(message.length))
    const entry = Buffer.concat([
      Buffer.from('__REALTIME_TIMESTAMP=1795600800123456\nPRIORITY=3\n_HOSTNAME=h\n_PID=7\nMESSAGE\n'),
      length,
      message,
      Buffer.from('\nCODE_FILE=x.c\n\n')
    ])
    const expected = {
      body: 'two\nlines',
      time: '1795600800123456000',
      severity: 'err',
      attributes: { 'host.name': 'h', 'process.pid': '7', CODE_FILE: 'x.c' }
    }
    expect(recordsOf('journald', Buffer.concat([entry, entry]))).toEqual([expected, expected])
    for (let cut = 1; cut < entry.length; cut++) {
      expect(wholeBytes(entry.subarray(0, cut), 'journald', null)).toBe(0)
      const more = Buffer.concat([entry, entry.subarray(0, cut)])
      expect(wholeBytes(more, 'journald', null)).toBe(entry.length)
    }
  })

  test('syslog: RFC 5424, RFC 3164, as files have it', () => {
    const year = new Date(new Date().getFullYear(), 10, 25, 10) > new Date(Date.now() + 86_400_000) ? -1 : 0
    const local = `${new Date(new Date().getFullYear() + year, 10, 25, 10).getTime() / 1000}000000000`
    const text =
      `<165>1 ${at} host app 12 ID [x@1 a="\\"]b"] \ufefftext\n` +
      `<13>1 - - - - - - text\n<34>Nov 25 10:00:00 host su[9]: text: more\nNov 25 10:00:00 host su: text\n<999>no\n`
    expect(recordsOf('syslog', text)).toEqual([
      {
        body: 'text',
        time: nanos,
        severity: 'notice',
        attributes: {
          'syslog.facility.code': '20',
          'host.name': 'host',
          'syslog.appname': 'app',
          'syslog.procid': '12',
          'syslog.msg.id': 'ID',
          'syslog.structured_data': '[x@1 a="\\"]b"]'
        }
      },
      { body: 'text', severity: 'notice', attributes: { 'syslog.facility.code': '1' } },
      {
        body: 'text: more',
        time: local,
        severity: 'crit',
        attributes: {
          'syslog.facility.code': '4',
          'host.name': 'host',
          'syslog.appname': 'su',
          'syslog.procid': '9'
        }
      },
      { body: 'text', time: local, attributes: { 'host.name': 'host', 'syslog.appname': 'su' } },
      { body: '<999>no' }
    ])
  })

  test('JSON lines: time and level where loggers put them; the line stays as it is', () => {
    const lines = [`{"level":30,"time":1795600800123}`, `{"ts":"${at}","severity":"WARNING"}`, '{broken', '[1]']
    expect(recordsOf('json', lines.join('\n'))).toEqual([
      { body: lines[0], time: '1795600800123000000', severity: '30' },
      { body: lines[1], time: nanos, severity: 'WARNING' },
      { body: lines[2] },
      { body: lines[3] }
    ])
  })

  test('what paths of containers tell', () => {
    const id = 'a1'.repeat(32)
    expect(resourceOfPath(`/var/log/containers/web-1_shop_nginx-${id}.log`)).toEqual({
      'k8s.namespace.name': 'shop',
      'k8s.pod.name': 'web-1',
      'k8s.container.name': 'nginx',
      'container.id': id
    })
    expect(resourceOfPath('/var/log/pods/shop_web-1_12-34/nginx/2.log')).toEqual({
      'k8s.namespace.name': 'shop',
      'k8s.pod.name': 'web-1',
      'k8s.container.name': 'nginx',
      'k8s.pod.uid': '12-34',
      'k8s.container.restart_count': '2'
    })
    expect(resourceOfPath(`/var/lib/docker/containers/${id}/${id}-json.log`)).toEqual({ 'container.id': id })
    expect(resourceOfPath('/var/log/app.log')).toEqual({})
  })
})

describe('rules', () => {
  test.each([
    ['Java', ['ERROR x', 'java.lang.E: y', '\tat a.B(C.java:1)', 'Caused by: z', '\t... 3 more', 'INFO n'], [1, 4, 1]],
    [
      'Python',
      ['ERROR x', 'Traceback (most recent call last):', '  File "a", line 1', 'ValueError: y', 'INFO n'],
      [4, 1]
    ],
    ['JavaScript', ['Error: x', '    at f (a.js:1:2)', 'next'], [2, 1]]
  ])('stack traces of %s', (_, lines, sizes) => {
    const text = `${lines.join('\n')}\n`
    const found = bodies('plain', text, stackTraces)
    expect(found.map((body) => body.split('\n').length)).toEqual(sizes)
    expect(found.join('\n')).toBe(lines.join('\n'))
    const last = lines.slice(-sizes[sizes.length - 1]).join('\n')
    expect(wholeBytes(Buffer.from(text), 'plain', stackTraces)).toBe(text.length - last.length - 1)
  })

  test('each stream by itself', () => {
    const lines = ['stdout F a', 'stderr F x', 'stdout F  b', 'stderr F  y', 'stdout F c']
    const text = lines.map((line) => `${at} ${line}\n`).join('')
    expect(bodies('cri', text, indented)).toEqual(
      ['a\n b', 'x\n y', 'c'].sort((a, b) => 'acx'.indexOf(a[0]) - 'acx'.indexOf(b[0]))
    )
  })
})

describe('what waits for the next lines', () => {
  const [wrapped, last] = ['QUJD'.repeat(19), 'R0hJ'.repeat(3)]
  test.each<[string, LineFormat, string, string]>([
    ['lines', 'plain', 'a\nb\n', ''],
    ['base64 that may go on', 'plain', 'a\n', `${wrapped}\n${wrapped}\n`],
    ['base64 that ends', 'plain', `a\n${wrapped}\n${last}\nb\n`, ''],
    ['CRI', 'cri', `${at} stdout F a\n`, `${at} stderr P b\n${at} stdout F c\n`],
    ['CRI, all there', 'cri', `${at} stderr P b\n${at} stdout F c\n${at} stderr F \n`, ''],
    [
      'Docker',
      'docker',
      `{"log":"a\\n","stream":"stdout","time":"${at}"}\n`,
      `{"log":"b","stream":"stdout","time":"${at}"}\n`
    ]
  ])('%s', (_, format, goes, waits) => {
    expect(wholeBytes(Buffer.from(goes + waits), format, null)).toBe(goes.length)
  })
})

describe('formats are told by the first lines', () => {
  test.each<[LineFormat, string]>([
    ['cri', `${at} stdout F a\n${at} stderr P b\n`],
    ['docker', `{"log":"a\\n","stream":"stdout","time":"${at}"}\n`],
    ['docker', `{"log":"a\\n","stream":"stdout","attrs":{"tag":"x"},"time":"${at}"}\n`],
    ['json', '{"level":30}\n{"level":30}\n'],
    ['syslog', `<13>1 ${at} host app - - - text\n`],
    ['syslog', 'Nov 25 10:00:00 host su[9]: text\nNov 25 10:00:01 host CRON[10]: (root) CMD\n'],
    ['syslog', '2026-11-25T10:00:00.123456+01:00 host systemd[1]: text\n'],
    ['journald', '__CURSOR=s=1\n__REALTIME_TIMESTAMP=1795600800123456\nMESSAGE=a\n\n'],
    ['plain', 'a line\n{"level":30}\n'],
    ['plain', `${at} INFO stdout F\n`],
    ['plain', '10.0.0.1 - - [25/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "curl"\n'],
    ['plain', '[2026-11-25 10:00:00,123] INFO [KafkaServer id=1] started (kafka.server.KafkaServer)\n'],
    ['plain', '']
  ])('%s: %j', (format, text) => {
    expect(detectFormat(Buffer.from(text))).toBe(format)
  })
})
