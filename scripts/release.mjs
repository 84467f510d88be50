// npm run release:check v1.2.3: whether this can be published under the tag; release:notes: what CHANGELOG.md says of it; `refuse`: for `npm publish` in
// this folder, which would publish sources and scripts. Loads nothing that has to be installed.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const [command, tag = ''] = process.argv.slice(2)
const root = process.env.LOGVEIL_RELEASE_ROOT ?? fileURLToPath(new URL('..', import.meta.url))
const read = (name) => readFileSync(`${root}/${name}`, 'utf8')

if (command === 'refuse')
  fail('this folder is not what is published: `npm run package`, which the workflow `release` publishes')
else if (command === 'check') check()
else if (command === 'notes') console.log(entryOf(tag.slice(1))?.text ?? fail(`CHANGELOG.md has no entry for ${tag}`))
else fail('say check TAG, notes TAG or refuse')

function check() {
  const { version } = JSON.parse(read('package.json'))
  const lock = JSON.parse(read('package-lock.json'))
  if (tag !== `v${version}`) return fail(`the tag is ${tag || 'missing'}, package.json says ${version}`)
  if (lock.version !== version) return fail(`package-lock.json says ${lock.version}, package.json ${version}`)
  const entry = entryOf(version)
  if (entry === null) return fail(`CHANGELOG.md has no entry for ${version}`)
  if (!/^\d{4}-\d{2}-\d{2}$/.test(entry.about)) return fail(`CHANGELOG.md has no date behind ${version}`)
  console.log(`release: ${tag} of ${entry.about}`)
}

/** Behind `## VERSION (ABOUT)`. */
function entryOf(version) {
  const sections = read('CHANGELOG.md').split(/^## /m).slice(1)
  const section = sections.find((text) => text.startsWith(`${version} (`))
  if (section === undefined) return null
  const [heading, ...lines] = section.split('\n')
  return { about: heading.slice(version.length + 2, -1), text: lines.join('\n').trim() }
}

function fail(message) {
  console.error(`release: ${message}`)
  process.exitCode = 1
  return ''
}
