// A vitest reporter: closes the run with `N passed, N failed` alone on a line. A file that does not load and an
// unhandled error count as a failure each; a run without a single executed test is a failure. Says why tests were skipped.
export default class SummaryReporter {
  onTestRunEnd(modules, unhandledErrors) {
    let passed = 0
    let failed = unhandledErrors.length
    const skipped = new Map()
    for (const module of modules) {
      failed += module.errors().length
      for (const suite of module.children.allSuites()) failed += suite.errors().length
      for (const test of module.children.allTests()) {
        const { state, note } = test.result()
        if (state === 'passed') passed++
        else if (state !== 'skipped') failed++
        else if (note !== undefined) skipped.set(note, (skipped.get(note) ?? 0) + 1)
      }
    }
    if (passed + failed === 0 || failed > 0) process.exitCode = 1
    for (const [reason, count] of skipped) process.stdout.write(`\nskipped ${count}: ${reason}`)
    process.stdout.write(`\n${passed} passed, ${failed} failed\n`)
  }
}
