{{- /* The configuration of logveil as YAML: that of the values, or one made for the mode. Secrets may not stand in it. */}}
{{- define "logveil.config" -}}
{{- $config := .Values.config }}
{{- if not $config }}{{ $config = include "logveil.madeConfig" . | fromYaml }}{{ end }}
{{- $text := toYaml $config }}
{{- $named := "(?m)(^|[ {,-])(password|token|apiKey|routingKey|accessKeyId|secretAccessKey|sessionToken|postgres|authorization|Authorization|api-key): *[\"']?[^$\"'\\s]" }}
{{- $listed := "(?m)(keys|bearerTokens|secrets):\\n *- *[\"']?[^$\"'\\s]" }}
{{- if or (regexMatch $named ($text | replace ": null" ":")) (regexMatch $listed $text) }}
{{- fail "config holds a secret: write ${env:NAME} or ${file:PATH}, and name the Kubernetes secret in secretEnv or secretFiles" }}
{{- end }}
{{- $text }}
{{- end }}

{{- define "logveil.madeConfig" -}}
admin: 0.0.0.0:9464
{{- with .Values.fingerprintKey }}{{ if .existingSecret }}
redaction:
  keys: [{{ printf "${file:/etc/logveil/secrets/%s/%s}" .existingSecret .key | squote }}]
{{- end }}{{ end }}
pipelines:
{{- if eq .Values.mode "gateway" }}
  - name: gateway
    source: { type: otlp, http: '0.0.0.0:4318', grpc: '0.0.0.0:4317' }
    sinks: [{ type: otlp, url: {{ .Values.to | quote }} }]
{{- else if eq .Values.mode "daemonset" }}
  - name: pods
    source:
      type: files
      include: {{ toJson .Values.daemonset.include }}
      exclude: {{ append .Values.daemonset.exclude (printf "/var/log/pods/%s_%s-*/**" .Release.Namespace (include "logveil.fullname" .)) | toJson }}
      stateDirectory: /var/lib/logveil/positions
      multiline: stack-traces
    sinks: [{ type: otlp, url: {{ .Values.to | quote }} }]
{{- else if eq .Values.mode "kafka" }}
  - name: topics
    source:
      type: kafka
      brokers: {{ toJson .Values.kafka.brokers }}
      topics: {{ toJson .Values.kafka.topics }}
      group: {{ quote .Values.kafka.group }}
      clientId: ${env:POD_NAME}
      exactlyOnce: {{ .Values.kafka.exactlyOnce }}
    sinks:
      - type: kafka
        topic: {{ quote .Values.kafka.to }}
        {{- with .Values.kafka.deadLetterTopic }}
        deadLetterTopic: {{ quote . }}
        {{- end }}
        {{- with .Values.kafka.findingsTopic }}
        findingsTopic: {{ quote . }}
        {{- end }}
{{- else }}
  - name: otlp
    source: { type: otlp, http: '127.0.0.1:4318', grpc: '127.0.0.1:4317' }
    sinks: [{ type: otlp, url: {{ .Values.to | quote }} }]
  - name: files
    source: { type: files, include: {{ toJson .Values.sidecar.include }}, stateDirectory: /var/lib/logveil/positions }
    sinks: [{ type: otlp, url: {{ .Values.to | quote }} }]
{{- end }}
{{- end }}

{{- /* Longer than logveil takes to settle what is under way (gracePeriodMs), and than it waits before. */}}
{{- define "logveil.terminationSeconds" -}}
{{- $graceMs := dig "gracePeriodMs" 25000 .Values.config | int }}
{{- $drain := ternary .Values.gateway.drainSeconds 0 (eq .Values.mode "gateway") | int }}
{{- add (div $graceMs 1000) $drain 10 }}
{{- end }}
