export const replayHelp = `Usage: logveil replay [OPTIONS] LOG...

Compares two sets of detectors over logs that lie on a disk (files and folders, also compressed): what the new one would redact more or
less, where, and what each detector costs. Nothing is changed, and no secret is shown.

The new set      the built-in detectors and
  --detectors PATH          detectors in YAML, a folder of them, or a gitleaks configuration; repeatable
  --pack NAME               strict, pii
  --disable ID              without this one; repeatable
The old set      the built-in detectors and
  --old-detectors PATH, --old-pack NAME, --old-disable ID

Options
  --codec NAME              auto (default), text, json
  --max-record-bytes N      longer lines are withheld, by both
  --places N                lines shown for each detector that differs (default 3)
  --json                    all detectors, for programs
  --fail-on-change          exit status 1 when a line would read differently

Costs are estimates in microseconds for a megabyte of these logs, of what a detector does behind its key words: the same on every machine.
Detectors without keywords (pack strict) have none. To compare times: \`npm run bench\`.
`
