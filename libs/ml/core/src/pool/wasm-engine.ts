import { KERNELS_BASE64 } from '../kernels.generated';

/** A WebAssembly memory as far as it is used here; the compiler's own types need the browser's library. */
export interface WasmMemory {
  readonly buffer: SharedArrayBuffer;
}

interface WasmApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: KernelFunctions };
  readonly Memory: new (limits: { initial: number; maximum: number; shared: boolean }) => WasmMemory;
}

/** The kernels: each works on one shard and reads its arguments from a block of u32 words in the memory. */
export const KERNEL_NAMES = [
  'columnSums',
  'centreRows',
  'activateRows',
  'adamStep',
  'applySlopes',
  'momentumStep',
  'multiplyRows',
  'descendRows',
  'gaussianPass',
  'kmeansAssign',
  'kmeansInertia',
  'kmeansTrials',
  'kmeansClosest',
  'nanDistances',
  'log1pValues',
  'powerValues',
  'squaresAbout',
  'yeoJohnson',
  'crossProducts',
  'projectRows',
  'silhouette',
  'countWithin',
  'listWithin',
  'nearestPoints',
  'growTree',
  'wardNearest',
  'pairDistances',
  'pairNearest',
  'pairJoin',
] as const;
export type KernelName = (typeof KERNEL_NAMES)[number];
export type KernelFunctions = Readonly<Record<KernelName, (shard: number, block: number) => void>>;

const wasm: WasmApi = Reflect.get(globalThis, 'WebAssembly');
let compiled: object | undefined;

/** The kernels' bytes, as the pool hands them to its threads. */
export function kernelBytes(): Uint8Array {
  return Uint8Array.from(Buffer.from(KERNELS_BASE64, 'base64'));
}

const PAGE = 65_536;
const MOST_PAGES = 65_536;

/** Pages of 64 KiB that hold `bytes`; undefined beyond 4 GiB. */
export function pagesFor(bytes: number): number | undefined {
  const pages = Math.max(1, Math.ceil(bytes / PAGE));
  return pages <= MOST_PAGES ? pages : undefined;
}

/** A shared memory of exactly so many pages: it never grows, so no view on it goes stale. */
export function newMemory(pages: number): WasmMemory {
  return new wasm.Memory({ initial: pages, maximum: pages, shared: true });
}

/** Binds the kernels to a memory. */
export function bindKernels(memory: WasmMemory): KernelFunctions {
  compiled ??= new wasm.Module(kernelBytes());
  return new wasm.Instance(compiled, { env: { memory } }).exports;
}
