import { mlErrors } from '../ml-errors';
import type { WasmMemory } from './wasm-engine';

/** Bytes at the start of an arena that hold the argument block of the command being run. */
export const BLOCK_BYTES = 256;
/** Where the block begins; address 0 stays free, so that no view is ever at 0. */
export const BLOCK_ADDRESS = 1024;
const FIRST_FREE = BLOCK_ADDRESS + BLOCK_BYTES;
const ALIGNMENT = 64;

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/**
 * Bytes an arena must have for arrays of these sizes.
 *
 * Shape   sizes: bytes of each array that will be taken
 */
export function arenaBytes(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + aligned(size), FIRST_FREE);
}

/**
 * A bump allocator over one shared memory: typed arrays whose `byteOffset` is their address in the kernels.
 * Contents are what was there before: a taker that needs zeros fills them. Nothing is given back singly.
 */
export class Arena {
  private next = FIRST_FREE;

  constructor(
    readonly memory: WasmMemory,
    private readonly capacity: number,
  ) {}

  private take(bytes: number): number {
    const at = this.next;
    this.next = at + aligned(bytes);
    if (this.next > this.capacity) throw mlErrors.ML_TOO_LARGE({ what: 'the arena', bytes: this.next });
    return at;
  }

  f32(length: number): Float32Array {
    return new Float32Array(this.memory.buffer, this.take(length * 4), length);
  }

  f64(length: number): Float64Array {
    return new Float64Array(this.memory.buffer, this.take(length * 8), length);
  }

  u16(length: number): Uint16Array {
    return new Uint16Array(this.memory.buffer, this.take(length * 2), length);
  }

  u32(length: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, this.take(length * 4), length);
  }
}
