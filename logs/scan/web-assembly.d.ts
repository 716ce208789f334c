/** What of WebAssembly is used here: TypeScript declares it for browsers only. Node has it. */
declare namespace WebAssembly {
  interface Module {
    readonly kind?: 'module';
  }
  const Module: new (bytes: Uint8Array) => Module;
  interface Instance {
    readonly exports: unknown;
  }
  const Instance: new (
    module: Module,
    imports: Readonly<Record<string, Readonly<Record<string, () => never>>>>,
  ) => Instance;
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  interface Global {
    readonly value: unknown;
  }
}
