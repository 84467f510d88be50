import { readFileSync, unwatchFile, watchFile } from 'node:fs'
import { createSecureContext, type SecureContextOptions, type TlsOptions } from 'node:tls'
import { LogveilError } from '../errors.ts'

/** PEM files. With `clientCaFile` only clients whose certificate it vouches for are taken (mTLS). */
export interface TlsFiles {
  readonly certFile: string
  readonly keyFile: string
  readonly clientCaFile: string | null
}

/** Throws `CONFIG_INVALID` when a file cannot be read or does not fit. */
export function readTls({ certFile, keyFile, clientCaFile }: TlsFiles): TlsOptions {
  const context = {
    cert: read(certFile),
    key: read(keyFile),
    ca: clientCaFile === null ? undefined : read(clientCaFile)
  }
  try {
    createSecureContext(context)
  } catch (cause) {
    throw new LogveilError('CONFIG_INVALID', `${certFile} and ${keyFile} are no certificate with its key`, { cause })
  }
  const mutual = clientCaFile !== null
  return { ...context, requestCert: mutual, rejectUnauthorized: mutual, minVersion: 'TLSv1.2' }
}

function read(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    const { code = 'unreadable' } = cause as NodeJS.ErrnoException
    throw new LogveilError('CONFIG_INVALID', `cannot read ${path} (${code})`, { cause })
  }
}

/** Told null: what was read is in use; else why the old certificate stays. */
export type Reloaded = (error: LogveilError | null) => void

/**
 * Puts a renewed certificate to use for new connections. Looks at the files every `everyMs`: those of Kubernetes are links that change
 * where no watch sees it. Returns what ends it.
 */
export function reloadTls(
  files: TlsFiles,
  server: { setSecureContext(options: SecureContextOptions): void },
  onReload: Reloaded,
  everyMs = 5000
): () => void {
  const paths = [files.certFile, files.keyFile, ...(files.clientCaFile === null ? [] : [files.clientCaFile])]
  const reload = (): void => {
    try {
      server.setSecureContext(readTls(files))
      onReload(null)
    } catch (error) {
      onReload(error as LogveilError)
    }
  }
  for (const path of paths) watchFile(path, { interval: everyMs, persistent: false }, reload)
  return () => {
    for (const path of paths) unwatchFile(path, reload)
  }
}
