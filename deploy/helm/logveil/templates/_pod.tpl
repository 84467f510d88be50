{{- define "logveil.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- /* The container, alike in all modes but for what they mount and listen on. */}}
{{- define "logveil.container" -}}
name: logveil
image: {{ include "logveil.image" . | quote }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
args: [run, --config, /etc/logveil/config/logveil.yaml]
env:
  - name: POD_NAME
    valueFrom: { fieldRef: { fieldPath: metadata.name } }
  {{- range .Values.env }}
  - { name: {{ quote .name }}, value: {{ quote .value }} }
  {{- end }}
  {{- range .Values.secretEnv }}
  - name: {{ quote .name }}
    valueFrom: { secretKeyRef: { name: {{ quote .secretName }}, key: {{ quote .key }} } }
  {{- end }}
ports:
  - { name: admin, containerPort: 9464 }
  {{- if eq .Values.mode "gateway" }}
  - { name: otlp-http, containerPort: 4318 }
  - { name: otlp-grpc, containerPort: 4317 }
  {{- end }}
startupProbe:
  httpGet: { path: /healthz, port: admin }
  periodSeconds: 1
  failureThreshold: 60
livenessProbe:
  httpGet: { path: /healthz, port: admin }
  periodSeconds: 10
  timeoutSeconds: 5
readinessProbe:
  httpGet: { path: /readyz, port: admin }
  periodSeconds: 5
  timeoutSeconds: 5
{{- if and (eq .Values.mode "gateway") .Values.gateway.drainSeconds }}
lifecycle: { preStop: { sleep: { seconds: {{ .Values.gateway.drainSeconds }} } } }
{{- end }}
resources: {{- toYaml .Values.resources | nindent 2 }}
volumeMounts:
  - { name: logveil-config, mountPath: /etc/logveil/config, readOnly: true }
  - { name: logveil-tmp, mountPath: /tmp }
  {{- range (include "logveil.secretNames" . | fromJsonArray) }}
  - { name: {{ printf "secret-%s" . | quote }}, mountPath: {{ printf "/etc/logveil/secrets/%s" . | quote }}, readOnly: true }
  {{- end }}
{{- end }}

{{- define "logveil.volumes" -}}
- name: logveil-config
  configMap: { name: {{ include "logveil.fullname" . }} }
- name: logveil-tmp
  emptyDir: { sizeLimit: 64Mi }
{{- range (include "logveil.secretNames" . | fromJsonArray) }}
- name: {{ printf "secret-%s" . | quote }}
  secret: { secretName: {{ quote . }}, defaultMode: 0440 }
{{- end }}
{{- end }}

{{- define "logveil.secretNames" -}}
{{- $names := list }}
{{- range .Values.secretFiles }}{{ $names = append $names .secretName }}{{ end }}
{{- with .Values.fingerprintKey.existingSecret }}{{ $names = append $names . }}{{ end }}
{{- $names | uniq | toJson }}
{{- end }}

{{- define "logveil.podMetadata" -}}
labels:
  {{- include "logveil.labels" . | nindent 2 }}
  {{- with .Values.podLabels }}{{ toYaml . | nindent 2 }}{{ end }}
annotations:
  checksum/config: {{ include "logveil.config" . | sha256sum }}
  {{- with .Values.podAnnotations }}{{ toYaml . | nindent 2 }}{{ end }}
{{- end }}

{{- /* What stands in a pod beside containers and volumes. */}}
{{- define "logveil.podBase" -}}
serviceAccountName: {{ include "logveil.serviceAccount" . }}
automountServiceAccountToken: false
enableServiceLinks: false
terminationGracePeriodSeconds: {{ include "logveil.terminationSeconds" . }}
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "logveil.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "logveil.spread" -}}
{{- if .Values.topologySpreadConstraints }}
topologySpreadConstraints: {{- toYaml .Values.topologySpreadConstraints | nindent 2 }}
{{- else }}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector: { matchLabels: {{ include "logveil.selector" . | fromYaml | toJson }} }
{{- end }}
{{- end }}
