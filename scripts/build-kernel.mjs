// AssemblyScript → WebAssembly → src/generated/kernel.ts, so that the kernel is an ordinary import in every placement.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { remake, root } from './generated.mjs'

const FLAGS = ['-O3', '--runtime', 'stub', '--enable', 'simd,bulk-memory', '--noAssert', '--importMemory']

const sources = join(root, 'src', 'scan', 'kernel')
const entry = join(sources, 'assembly', 'automaton.ts')

export async function buildKernel() {
  const compiler = createRequire(import.meta.url).resolve('assemblyscript/package.json')
  const inputs = [sources, fileURLToPath(import.meta.url), compiler]
  await remake('kernel.ts', inputs, () => {
    const wasm = assemble(join(dirname(compiler), 'bin', 'asc.js'))
    console.log(`kernel: ${wasm.length} bytes of WebAssembly`)
    return `// Made by scripts/build-kernel.mjs.\nexport const kernelBase64 =\n  '${wasm.toString('base64')}'\n`
  })
}

function assemble(asc) {
  const out = mkdtempSync(join(tmpdir(), 'logveil-kernel-'))
  try {
    const file = join(out, 'kernel.wasm')
    const { status } = spawnSync(process.execPath, [asc, entry, '--outFile', file, ...FLAGS], {
      cwd: root,
      stdio: 'inherit'
    })
    if (status === 0) return readFileSync(file)
    throw new Error('the kernel does not compile: messages above')
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}
