import { kernelBase64 } from '../../generated/kernel.ts'

// TypeScript knows WebAssembly only from its DOM library, whose other names the core must not see: here is what we use.

export interface Memory {
  readonly buffer: ArrayBuffer
}

interface Api {
  readonly Memory: new (size: { readonly initial: number }) => Memory
  readonly Module: new (binary: Uint8Array) => object
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: Memory } }
  ) => { readonly exports: unknown }
}

export const wasm = (globalThis as unknown as { readonly WebAssembly: Api }).WebAssembly

let compiled: object | undefined

/** The kernel in a memory, with the functions that it exports: compiled once. */
export function instantiate<T>(memory: Memory): T {
  compiled ??= new wasm.Module(Buffer.from(kernelBase64, 'base64'))
  return new wasm.Instance(compiled, { env: { memory } }).exports as T
}
