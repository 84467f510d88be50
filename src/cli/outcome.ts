/** What a subcommand says on standard output, and with which exit status it ends. */
export interface Outcome {
  readonly text: string
  readonly status: number
}
