// The health check of the image, as it has no curl: 0 when logveil takes batches and redacts them. LOGVEIL_HEALTH_URL where admin is elsewhere.
const url = process.env.LOGVEIL_HEALTH_URL ?? 'http://127.0.0.1:9464/readyz'
try {
  const response = await fetch(url, { signal: AbortSignal.timeout(4000) })
  process.stdout.write(await response.text())
  process.exitCode = response.ok ? 0 : 1
} catch (error) {
  console.error(`${url}: ${error.cause?.code ?? error.name}`)
  process.exitCode = 1
}
