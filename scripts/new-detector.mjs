// npm run new:detector -- <provider>: scaffolds detectors/<provider>.yaml.
console.error('usage: npm run new:detector -- <provider>\nnot there yet: copy a file of detectors/ and edit it')
process.exitCode = 1
