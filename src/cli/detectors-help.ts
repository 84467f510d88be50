export const detectorsHelp = `Usage: logveil detectors COMMAND [OPTION...]

  list                      the detectors: id, severity, context, checks, keywords
  coverage                  by provider: how many detectors, which have an offline proof, which hints they give
  check [PATH...]           whether detector files are right: every rule, then their examples through the scanner;
                            of gitleaks configurations (.toml), also what they cannot bring along
  test [ID...]              the examples of detectors through the scanner, all of them without an ID
  explain LINE              what in a line was found and why, and what was not; "-" reads standard input

Options
  --detectors PATH          more detectors: a YAML file, a gitleaks configuration (.toml), or a folder of them;
                            repeatable (list, coverage, test, explain)
  --pack NAME,...           packs of detectors: default, strict, pii; only these (list, coverage), or these beside
                            the default (test, explain)
  --json                    machine-readable (list, coverage, explain)
  --checks                  the checks that detectors can name (list)

\`explain\` prints positions and lengths, never the text. A line on the command line stays in the history of the
shell: for a real one use "-".

Exit status: 0 fine, 1 mistakes or failed examples, 2 something could not be read or understood.
`
