export const inventoryHelp = `Usage: logveil inventory COMMAND

Which secrets there are, who owns them, when they expire, how they are rotated; never what they are. With
\`--inventory FILE\` other commands recognise these secrets wherever they stand, whatever they look like.

  lint FILE                 what is wrong in the file, by line; also secrets that stand in it
  fingerprint < VALUE       a value's fingerprints for the file: as it is, trimmed, in base64, as URLs and JSON
                            write it, line by line. From standard input only: arguments can be seen by others

  --key-file FILE           the key that findings are fingerprinted with (or LOGVEIL_KEY)
  --tickets DIR             the one that was made with the tickets there
  --json                    for programs

Exit status: 0 done, 1 something is wrong in the file, 2 something could not be read or understood.
`
