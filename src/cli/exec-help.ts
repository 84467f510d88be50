export const execHelp = `Usage: logveil exec [OPTION...] -- COMMAND [ARGUMENT...]

Runs a command and takes the secrets out of what it writes, line by line as it comes. Standard output and standard
error stay apart; the exit status is the command's own. Also redacted, wherever and however encoded they appear: the
values of environment variables whose names say that they hold secrets (NPM_TOKEN, PGPASSWORD, ...), and passwords in
variables that hold URLs; as [REDACTED:environment:NAME].

Secrets of the environment
  --env NAME                a variable that holds a secret, whatever it is called and whatever is in it; repeatable
  --no-env                  only those named with --env
  --print-env               tell which variables are taken for secrets (their names), and run nothing

What is redacted, what takes its place, what is reported: as in \`logveil redact --help\`
  --codec, --detectors, --pack, --disable, --action, --key-file, --inventory, --encrypt-to, --max-record-bytes,
  --findings (the file of a finding is "output" or "error"), --summary (default: none)
  --fail-on-findings        exit with 1 when there are findings and the command ended with 0

Terminals and signals
  Standard input is the command's own, so that it can ask. Its output is a pipe: most programs leave out colours and
  progress bars then, unless told otherwise (FORCE_COLOR=1, CLICOLOR_FORCE=1, --color=always) or given a terminal:
  --tty                     a terminal for input and output, made by script(1) of util-linux; standard error is a part
                            of the output then. Not for programs that draw on the whole screen: they write no lines
  The beginning of a line, such as a prompt, appears 50 ms later, without its last word where that may be half a secret.
  INT, TERM, HUP, QUIT, USR1, USR2 and WINCH are passed on; what the keyboard sends reaches the command without us.
  --linger SECONDS          when the command has ended but something it started still holds its output open, wait so
                            long for more of it (default 2)

Exit status: the command's; 128 + N, or death by the same signal, when signal N killed it; 127 when there is no such
command, 126 when it cannot be run, 125 when logveil itself failed.
`
