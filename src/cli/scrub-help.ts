export const scrubHelp = `Usage: logveil scrub [OPTION...] PATH...

Takes secrets out of log files that lie on a disk already, and of those in folders. Without --write nothing is changed:
it tells what would be. gzip and zstd are known by their first bytes, Brotli by the name (.br), and stay what they are.
Files without findings are not touched.

  --write                   does it: a redacted copy is written beside the file (mode 0600), synced, and takes the name
                            in one step, so that at any moment the old file or the new one is there, whole. Needs room
                            for one more copy of the largest file
  --open                    also files that a process has open for writing. It goes on writing into the old file, which
                            nobody sees any more, until it opens its log again: have it do so (kill -HUP, restart).
                            Better: rotate, then scrub what was rotated

Which files
  --exclude PATTERN         leaves files and folders out; repeatable, as in scan
  --binary                  also files that look like no text, as bytes. Databases and archives do not survive that
  Links are followed only where they are named: what they lead to is scrubbed. .gitignore means nothing here; .git
  folders are left out.

What is redacted, and what takes its place
  --codec, --detectors, --pack, --disable, --action, --key-file, --inventory, --encrypt-to, --max-record-bytes:
                            as in \`logveil redact --help\`. Lines over the limit become [WITHHELD:size], as there, and
                            here for good: the dry run says how many these are

What is reported
  --report text|json        one line for each file with findings, or one JSON document, on standard output
  --findings FILE           findings as JSON lines, without the secrets; "-" is standard error
  --summary, --no-summary   totals on standard error (default: with text, and when that is a terminal)
  --progress, --no-progress a bar on standard error (default: when that is a terminal)

Owner, mode, modification and access time (to the microsecond) and compression stay. Extended attributes, ACLs, SELinux
labels, the name in a gzip header and the inode do not.
Left as they are, and told: files with several names (hard links), files that change while they are read, files whose
owner a new one cannot be given, broken compressed files, and files that are open for writing. The last is known on
Linux only, as far as /proc shows other processes: run it as root. Elsewhere a writer cannot be seen.
The old content is deleted, not overwritten: it stays on the disk until its place is used again, and in backups and
snapshots. Rotate the secrets.

Exit status: 0 nothing to scrub, or all of it scrubbed; 1 there is something to scrub (without --write); 2 something
could not be read, scrubbed or understood.

Examples
  logveil scrub /var/log/app
  logveil scrub --write /var/log/app/*.log.[0-9]*
`
