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
