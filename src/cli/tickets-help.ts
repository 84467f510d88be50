export const ticketsHelp = `Usage: logveil tickets COMMAND [ID] --tickets DIR | --config FILE [OPTION...]

Shows and changes the tickets that \`redact\`, \`relay\`, \`follow\` and \`run\` open with --tickets DIR or the section \`tickets\` of a
configuration: one for each secret that leaked, whatever the number of sightings. No ticket holds a secret or a part of it.

Look
  list                   tickets, those seen last first (--state STATE, --detector ID)
  show ID                one with its places and its history
  history ID             who changed what, when and why
  allowlist              false positives that were decided on, with owner, reason and expiry
  dead                   what a channel did not take after many tries, or refused for good
  replay [CHANNEL]       has it delivered again

Change: open -> acknowledged -> rotating -> rotated -> verified -> closed
  ack ID                 somebody takes care of it
  rotate ID              a new value is being made and handed out; the hook runs that the inventory names for it (section tickets.rotation),
                         by the process that serves the tickets: a dry run unless configured otherwise, told in its history
  rotated ID             the old value is revoked. Seen again, it has a stale consumer; not seen for the quiet period (7 days), it is verified
  verify ID              the old value was tried and is dead
  close ID               nothing more to do (--reason); seen again, it is a regression and opens again
  reopen ID
  false-positive ID      no secret (--reason, --until): until then it stays where it is, and nothing is told of it
  accept ID              it stays as it is for now (--reason, --until); opens again then

Serve
  serve                  owns tickets that others feed: findings of applications and topics in, channels told, an API to look and change.
                         --config FILE (sections admin, findings, tickets), or --tickets DIR [--webhook URL...] and
    --listen ADDR        HOST:PORT of POST /v1/findings, /v1/tickets, /metrics, /healthz, /readyz (default 127.0.0.1:9464)
    --token-file FILE    bearer tokens, NAME:TOKEN a line; NAME stands in histories. Without it one is made: DIR/api.token
    --console            a page for people at /console there, for whoever has a token
    --brokers HOST:PORT,... --topic NAME [--group NAME]
                         findings as \`logveil kafka --findings TOPIC\` writes them; each counts once
  openapi                the API's document, OpenAPI 3.1; a running one answers it at /v1/openapi.json

Options
  --tickets DIR          the directory that tickets are kept in
  --config FILE          a configuration with a section \`tickets\`
  --json                 for programs
  --reason TEXT          why; do not write secrets into it
  --until DATE|DAYSd     2027-03-31, or 90d
  --by NAME              who (default: the user)

An ID may be cut short to 4 digits. Channels are told by the process that serves them (a running \`relay\`, the next \`redact\`).
`
