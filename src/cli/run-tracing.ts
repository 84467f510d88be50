/** Traces of batches through the OpenTelemetry SDK, when the environment says OTEL_*; else nothing of it is loaded. Returns what ends it. */
export async function startTracing(env: NodeJS.ProcessEnv = process.env): Promise<() => Promise<void>> {
  const wanted = Object.keys(env).some((name) => name.startsWith('OTEL_')) && env.OTEL_SDK_DISABLED !== 'true'
  if (!wanted) return async () => {}
  const { NodeSDK } = await import('@opentelemetry/sdk-node')
  const serviceName = env.OTEL_SERVICE_NAME ?? 'logveil'
  const sdk = new NodeSDK({ serviceName, instrumentations: [], metricReaders: [], logRecordProcessors: [] })
  sdk.start()
  return () => sdk.shutdown().catch(() => {})
}
