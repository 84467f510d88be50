/**
 * What the path of a container's log tells of it, as attributes of a resource (OpenTelemetry's semantic conventions). Of links as they lie in
 * `/var/log/containers`, of files as they lie in `/var/log/pods`, and of Docker's.
 */
export function resourceOfPath(path: string): Record<string, string> {
  const link = /\/containers\/([^/_]+)_([^/_]+)_([^/]+)-([0-9a-f]{64})\.log$/.exec(path)
  if (link !== null) {
    const [, pod, namespace, container, id] = link
    return { ...kubernetes(namespace, pod, container), 'container.id': id }
  }
  const file = /\/pods\/([^/_]+)_([^/_]+)_([^/]+)\/([^/]+)\/(\d+)\.log/.exec(path)
  if (file !== null) {
    const [, namespace, pod, uid, container, restarts] = file
    const rest = { 'k8s.pod.uid': uid, 'k8s.container.restart_count': restarts }
    return { ...kubernetes(namespace, pod, container), ...rest }
  }
  const docker = /\/([0-9a-f]{64})-json\.log/.exec(path)
  return docker === null ? {} : { 'container.id': docker[1] }
}

function kubernetes(namespace: string, pod: string, container: string): Record<string, string> {
  return { 'k8s.namespace.name': namespace, 'k8s.pod.name': pod, 'k8s.container.name': container }
}
