export const scanHelp = `Usage: logveil scan [OPTION...] PATH...
       logveil scan [OPTION...] --staged | --diff REF [PATH...]

Finds secrets in files and folders: what \`logveil redact\` would take out. Nothing is changed.
"-" is standard input. gzip and zstd are known by their first bytes, Brotli by the name (.br). Nothing else is unpacked:
other archives are binary files, which are passed over and counted.

What is scanned
  --staged                  what is staged for the next commit: as it stands in git's index, and of that the new lines
  --diff REF                the same against the last commit in common with REF: a pull request (--diff origin/main);
                            that commit has to be there, so no shallow clone
  --no-gitignore            also what git ignores; otherwise, inside a repository, what git tracks or would add
  --exclude PATTERN         leaves files and folders out; repeatable. * is any characters; a pattern without / is
                            compared with each name in the path, one with / with the path from its beginning
  --binary                  also files that look like no text, as bytes
  --max-record-bytes N      longer lines are not scanned, which is an error (default 16777216)
  --workers N|auto          threads (default auto: one for each processor, from 4000 files on)
  Symbolic links are followed only where they are named. .git folders are left out.

What is found
  --codec, --detectors, --pack, --disable: as in \`logveil redact --help\`

What counts
  logveil:allow REASON      in the line of a secret: it is no finding; logveil:allow[DETECTOR,...] REASON for these only
  --no-allow-comments       it is one all the same
  --baseline FILE           secrets in this file are known: only new ones fail. Same secret, detector and file; the line
                            may move
  --write-baseline          writes FILE: everything that is found now is known. It holds digests that are slow to
                            compute, cut to 32 bits and salted, which may stand in a repository; a weak password can be
                            guessed from them all the same
  --inventory FILE          secrets that are found wherever they stand: see \`logveil inventory --help\`
  --key-file FILE           fingerprint keys as in redact: fingerprints in reports, and a baseline that says nothing
                            without the key

What is reported
  --format FORMAT           text (default), json, sarif (2.1.0, for code scanning) or junit, on standard output; never
                            with a secret. Of a file with more than 10000 findings the others are counted, as new ones
  --summary, --no-summary   totals on standard error (default: with text, and when that is a terminal)
  --progress, --no-progress a bar on standard error (default: when that is a terminal)

Exit status: 0 nothing new, 1 new findings, 2 something could not be read or scanned, or was not understood.

Examples
  logveil scan .
  logveil scan --staged                                     in a pre-commit hook
  logveil scan --diff origin/main --format sarif > logveil.sarif
  logveil scan --baseline .logveil-baseline.json .
`
