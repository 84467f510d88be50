export const inventoryHelp = `Usage: logveil inventory COMMAND

Which secrets there are, who owns them, when they expire, how they are rotated; never what they are. With
\`--inventory FILE\` other commands find these secrets wherever they stand, whatever they look like.

  lint FILE                 what is wrong in the file, by line; also secrets that stand in it
  fingerprint < VALUE       a version for the file, with fingerprints of the value: as it is, trimmed, in base64, as URLs
                            and JSON write it, line by line. From standard input only: arguments can be seen by others
  import SOURCE             what a store has: names, dates, fingerprints. Printed, or brought into a file by --into:
                            what was written there by hand stays, versions that the store no longer has are retired
  schema                    JSON Schema of the file, for editors: # yaml-language-server: $schema=./inventory.schema.json
  report FILE               what leaked, expires, is overdue for rotation, easy to guess, shared, without owner, ...

Keys
  --key-file FILE           the key that findings are fingerprinted with (or LOGVEIL_KEY)
  --tickets DIR             the one that was made with the tickets there

Sources; credentials come from the environment
  vault                     Vault or OpenBao, KV version 2: VAULT_ADDR, VAULT_TOKEN, VAULT_NAMESPACE
                            --mount NAME (default secret), --path FOLDER
  aws                       Secrets Manager: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_REGION (--region)
  azure                     Key Vault: --url https://NAME.vault.azure.net, AZURE_ACCESS_TOKEN
                            (az account get-access-token --resource https://vault.azure.net --query accessToken -o tsv)
  gcp                       Secret Manager: GOOGLE_ACCESS_TOKEN (gcloud auth print-access-token), --project NAME
  kubernetes                manifests, or \`kubectl get secrets -A -o json\`, from standard input or --file FILE;
                            or the API: --url (kubectl proxy: http://127.0.0.1:8001), KUBE_TOKEN, --namespace NAME
  dotenv                    from standard input or --file FILE
  --url URL                 where the store is, for all that are reached over HTTP
  Members that are no secrets by their names (username, host, port, ...) are left out; a URL with a password is one.
  --owner NAME, --application NAME, --environment NAME   for all entries that are new

Report
  --tickets DIR, --config FILE   where the ledger is, which tells what leaked and what is still in use
  --within 30d              what expires by then is told
  --format table|json|markdown|html
  --fail-on-findings        exit with 1 when there is something to do

  --json                    for programs: lint, fingerprint, report

Exit status: 0 done, 1 something is wrong in the file, 2 something could not be read or understood.
`
