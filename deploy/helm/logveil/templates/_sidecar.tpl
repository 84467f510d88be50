{{- /*
For the chart of an application that has this one as a dependency with `mode: sidecar`:

  initContainers:
    - {{- include "logveil.sidecar.container" .Subcharts.logveil | nindent 6 }}
  volumes: {{- include "logveil.sidecar.volumes" .Subcharts.logveil | nindent 4 }}

Beside them the pod has the volume `sidecar.logVolume`, to which the application writes its logs. It may also send OTLP to 127.0.0.1:4318.
An init container that goes on (Kubernetes 1.29): it is there before the application starts, and ends after it.
*/}}
{{- define "logveil.sidecar.container" -}}
{{ include "logveil.container" . }}
  - { name: logveil-positions, mountPath: /var/lib/logveil }
  - { name: {{ quote .Values.sidecar.logVolume }}, mountPath: {{ first .Values.sidecar.include | dir | quote }}, readOnly: true }
restartPolicy: Always
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  seccompProfile: { type: RuntimeDefault }
  {{- include "logveil.containerSecurity" . | nindent 2 }}
{{- end }}

{{- define "logveil.sidecar.volumes" -}}
{{ include "logveil.volumes" . }}
- name: logveil-positions
  emptyDir: { sizeLimit: 64Mi }
{{- end }}
