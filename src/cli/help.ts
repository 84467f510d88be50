export const mainHelp = `logveil takes secrets out of logs.

Usage
  logveil redact [FILE...]     redact lines from files or standard input to standard output
  logveil exec -- COMMAND      run a command, its output redacted: in a build
  logveil relay --to URL       stand in front of an OTLP backend: logs, traces and metrics
  logveil follow GLOB...       follow files through rotation: a sidecar
  logveil kafka --in TOPIC ...  stand between two topics of Kafka, exactly once
  logveil run [--config FILE]  the same with a configuration file; without one: OTLP in, standard output
  logveil scan PATH...         find secrets in files, folders, staged changes, pull requests
  logveil scrub PATH...        take secrets out of log files that lie on a disk already
  logveil replay LOG...        compare two sets of detectors over stored logs: what would change, what each costs
  logveil tickets ...          look after the tickets of secrets that leaked
  logveil inventory ...        list the secrets there are, by fingerprints: import, report, recognise
  logveil config ...           check a configuration, show it, print its JSON Schema, import one of something else
  logveil detectors ...        list, check and explain detectors
  logveil --version

Examples
  kubectl logs -f pod | logveil redact | grep ERROR
  logveil redact --findings leaks.jsonl app.log > app.redacted.log
  logveil exec -- npm test
  logveil scan --staged

\`logveil COMMAND --help\` tells more.
`

export const redactHelp = `Usage: logveil redact [OPTION...] [FILE...]

Copies lines from the files, or from standard input ("-"), to standard output and takes the secrets out.
Lines without a secret stay byte for byte what they are. Lines leave as they come in: \`tail -f\` works.

What is redacted
  --codec auto|text|json    how to read a line (default auto: JSON where it is JSON)
  --detectors PATH          more detectors: a YAML file, a gitleaks configuration (.toml) or a folder; repeatable
  --pack NAME,...           more packs: pii (payment cards, IBANs), strict (whatever looks generated, digests and
                            request ids too; at half the speed and less); the pack "default" is always on
  --disable ID              a detector to leave out; repeatable

What takes its place
  --action ACTION           label (default)  [REDACTED:<detector>], with a key also the fingerprint
                            hmac     the same, and refuse to start without a key
                            mask     as many * as the secret has characters
                            partial  the public prefix stays
                            encrypt  sealed to the key of --encrypt-to
                            remove   nothing; drop  not even the line; flag  the secret stays (dry run)
  --key-file FILE           fingerprint keys, one a line: base64 or hex, or "id:key"; the first is used
                            (or in the environment variable LOGVEIL_KEY)
  --inventory FILE          secrets that are found wherever they stand: see \`logveil inventory --help\`
  --encrypt-to FILE         X25519 public key (PEM), or 32 bytes as base64 or hex
  --max-record-bytes N      longer lines become [WITHHELD:size] (default 16777216)

What is reported
  --findings FILE           findings as JSON lines, without the secrets; "-" is standard error
  --fail-on-findings        exit with 1 when there are findings
  --tickets DIR             one ticket for each secret, kept in the directory: see \`logveil tickets --help\`
  --webhook URL             is told of every ticket; repeatable
  --summary, --no-summary   totals on standard error (default: when that is a terminal)

Exit status: 0 done, 1 findings with --fail-on-findings, 2 something could not be read, written or understood.
`
