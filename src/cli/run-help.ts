export const runHelp = `Usage: logveil run [--config FILE]

Takes OTLP in, takes the secrets out, and hands it on. Without a file: OTLP in on 127.0.0.1:4317 (gRPC) and 127.0.0.1:4318 (HTTP), out on
standard output as OTLP/JSON, a batch a line; metrics and health on http://127.0.0.1:9464.

  -c, --config FILE    YAML; \`logveil config schema\` tells what can be in it, \`logveil config check FILE\` what is wrong with it
  --print-config       shows the configuration with all defaults, secrets masked, and ends

SIGTERM and SIGINT end it when all batches in flight are settled, a second one at once; with \`durable\`, what is not delivered by then stays
on disk for the next start. SIGHUP, or a change of the file, reads detectors,
policy and keys again.
`

export const relayHelp = `Usage: logveil relay --to URL [OPTION...]

Stands in front of an OTLP backend and takes the secrets out of what is sent to it.

  --to URL             http://HOST:4318 or grpc://HOST:4317; https and grpcs with TLS; repeatable, each gets everything
  --http ADDR          HOST:PORT for OTLP over HTTP (default 127.0.0.1:4318, "off": none)
  --grpc ADDR          HOST:PORT for OTLP over gRPC (default 127.0.0.1:4317, "off": none)
  --admin ADDR         HOST:PORT for metrics and health (default 127.0.0.1:9464, "off": none)
  --console            a page for people at /console of admin; with --tickets it asks for the token in DIR/api.token
  --workers N          threads, or auto (default 1)
  --durable DIR        stores batches in DIR, redacted, answers, and delivers them from there: also after a crash, or when the backend
                       is down for a while. At least once, in order. One process for a directory
  --inventory FILE     secrets that are found wherever they stand: see \`logveil inventory --help\`
  --key-file FILE      fingerprint keys, one a line: base64 or hex, or "id:key"; with --tickets one is made there
  --tickets DIR        one ticket for each secret, kept in DIR: see \`logveil tickets --help\`
  --webhook URL        is told of every ticket; repeatable
  --print-config       shows the same as a configuration file for \`logveil run\`, and ends

Examples
  logveil relay --to http://collector:4318
  logveil relay --to grpcs://backend.example:4317 --durable /var/lib/logveil
`

export const configHelp = `Usage: logveil config check FILE | print [FILE] | schema | import KIND FILE [OPTION...]

  check FILE     tells every mistake with its line
  print [FILE]   shows the configuration with all defaults; secrets masked, but for \${env:NAME} and \${file:PATH}, which stay
  schema         JSON Schema, for editors: # yaml-language-server: $schema=./logveil.schema.json

  import KIND FILE    a configuration for logveil out of one of something else, on standard output ("-": of standard input)
    otel              processors "redaction" of an OpenTelemetry Collector (YAML)
    alloy             loki.secretfilter, or otelcol.processor.redaction, of Grafana Alloy
    pino              the option "redact" of pino, as JSON
    --detectors FILE  where to write detectors, which patterns and keys become; called NAME.yaml, and not there yet
    --to URL          where what is redacted goes (default: as the original says, else standard output)

  Each setting that redacts otherwise than in the original (differs), or has no equal (left out), is told on standard error.

Exit status of import: 0 everything came along, 1 something was left out, 2 nothing was written.

Example
  logveil config import otel collector.yaml --detectors imported.yaml --to http://backend:4318 > logveil.yaml
  logveil config check logveil.yaml && logveil run --config logveil.yaml
`

export const followHelp = `Usage: logveil follow GLOB... [OPTION...]

Follows files through rotation, takes the secrets out of their lines, and hands them on: to standard output, a file or an OTLP backend.

  --to URL             http://HOST:4318 or grpc://HOST:4317; https and grpcs with TLS; repeatable, each gets everything
  --out FILE           adds the lines to a file; without --to and --out they go to standard output
  --state DIR          remembers in DIR how far each file was delivered, so that a restart, also after a crash, goes on from there: every
                       line arrives at least once. One process for a directory; without it a restart begins anew
  --from WHERE         beginning (default) or end: where files begin that are there at the very first start
  --exclude GLOB       files that are left out; repeatable. Compressed files are only read where rotation made them of a followed one
  --format FORMAT      plain, json, cri, docker, journald or syslog; auto (default): as the first lines of a file tell
  --multiline RULE     lines that are one record of OTLP: stack-traces, indented, start=PATTERN (of a first line), continued=PATTERN (of a
                       further one)
  --admin ADDR         HOST:PORT for metrics and health (default: none)
  --console            a page for people at /console of admin; with --tickets it asks for the token in DIR/api.token
  --inventory FILE     secrets that are found wherever they stand: see \`logveil inventory --help\`
  --key-file FILE      fingerprint keys, one a line: base64 or hex, or "id:key"; with --tickets one is made there
  --tickets DIR        one ticket for each secret, kept in DIR: see \`logveil tickets --help\`
  --webhook URL        is told of every ticket; repeatable
  --print-config       shows the same as a configuration file for \`logveil run\`, and ends

Examples
  logveil follow '/var/log/app/*.log' --out /var/log/clean.log --state /var/lib/logveil
  logveil follow '/var/log/containers/*.log' --to http://collector:4318 --state /var/lib/logveil

Quote the globs, so that logveil sees files that come later.
`

export const kafkaHelp = `Usage: logveil kafka --brokers HOST:PORT,... --in TOPIC --out TOPIC --group GROUP [OPTION...]

Reads topics, takes the secrets out of values, keys and headers, and writes the records to another topic of the same cluster. Instances with
the same group share the partitions.

  --in TOPIC                     or /pattern/; repeatable
  --transactional-id ID          exactly once: records, findings, dead letters and offsets in one transaction. ID names this instance; the
                                 transactions are called GROUP.TOPIC.PARTITION, so that whoever takes a partition over ends what the
                                 instance before had begun. Without it: at least once
  --from WHERE                   beginning (default) or end: where a group begins that has no offsets yet
  --format NAME                  of values: text (default: lines, JSON; what is no text keeps its bytes' places), otlp-proto, otlp-json
  --signal NAME                  of OTLP: logs (default), traces, metrics
  --session-timeout-ms N         an instance silent for so long loses its partitions (default 30000)
  --transaction-timeout-ms N     (default 60000)
  --dead-letters TOPIC           where a record stood that could not go on, and why; nothing of the record. Without it the partition waits
  --findings TOPIC               a record for each finding, with its fingerprint as the key
  --key-file FILE                fingerprint keys, one a line, as for \`logveil redact\`: placeholders and findings tell secrets apart.
                                 Without them a record with a secret in its key is a dead letter
  --inventory FILE               secrets that are found wherever they stand: see \`logveil inventory --help\`
  --annotate                     adds the header logveil-detectors to records that held secrets
  --compression NAME             none (default), gzip, snappy, lz4, zstd
  --admin ADDR                   HOST:PORT for metrics and health (default: none)
  --console                      a page for people at /console of admin; with --tickets it asks for the token in DIR/api.token
  --tickets DIR                  one ticket for each secret, kept in DIR: see \`logveil tickets --help\`
  --webhook URL                  is told of every ticket; repeatable
  --print-config                 shows the same as a configuration file for \`logveil run\`, with TLS and SASL to be added, and ends

Kept: keys (null and empty differ), tombstones, timestamps, partitions where both topics have as many, the order of a header's values.
Not kept: the order between different header names, and null as a header's value, which becomes empty.
`
