import { MessageChannel, Worker, isMainThread, type MessagePort } from 'node:worker_threads';
import { Arena, BLOCK_ADDRESS, BLOCK_BYTES } from './arena';
import { mlErrors } from '../ml-errors';
import { POOL_THREAD_SOURCE } from './pool-thread-source';
import { CLOSED, CONTROL_BYTES, WORD } from './pool-words';
import {
  KERNEL_NAMES,
  bindKernels,
  kernelBytes,
  newMemory,
  pagesFor,
  type KernelFunctions,
  type KernelName,
  type WasmMemory,
} from './wasm-engine';

/** Which shards of a kernel to run; `first` is 0 when left out. */
export interface ShardRange {
  readonly first?: number;
  readonly count: number;
}

/** One computation's arena and the right to run kernels on it. */
export interface KernelJob {
  readonly arena: Arena;
  /**
   * Runs a kernel over shards and returns when all are done. Which thread computes a shard is left open, so a kernel
   * writes what depends on a shard to that shard's own place and the caller reduces in index order.
   * Throws ML_CANCELLED when the cancel flag was raised, ML_KERNEL_FAILED when a kernel trapped.
   */
  run(kernel: KernelName, shards: ShardRange, words: readonly number[]): void;
  /** Gives the arena back; its arrays must not be used afterwards. */
  release(): void;
}

/** Threads that run kernels on one shared memory. One job at a time. */
export interface KernelPool {
  /** Threads that compute, the caller's own included. */
  readonly threads: number;
  /** See poolFlags: lets another thread cancel and watch. */
  readonly control: SharedArrayBuffer;
  /**
   * Throws ML_POOL_BUSY while another job is open, ML_TOO_LARGE beyond 4 GiB, ML_CANCELLED once the flag is raised.
   */
  openJob(bytes: number, what: string): KernelJob;
  close(): Promise<void>;
}

export interface PoolOptions {
  /** 1 computes in the calling thread and starts none; default 1. */
  readonly threads?: number;
  /**
   * A pool of more than one thread waits for its shards (Atomics.wait). On a process's main thread that stalls the event
   * loop, so it is refused there unless the process has nothing else to do (a command line, a benchmark, a test).
   */
  readonly blocking?: 'allowed' | 'refused';
}

interface PoolThread {
  readonly worker: Worker;
  readonly port: MessagePort;
}

class SharedMemoryPool implements KernelPool {
  readonly control = new SharedArrayBuffer(CONTROL_BYTES);
  private readonly words = new Int32Array(this.control);
  private readonly others: PoolThread[] = [];
  private memory:
    { readonly memory: WasmMemory; readonly bytes: number; readonly kernels: KernelFunctions } | undefined;
  private jobs = 0;
  private open = false;
  private closed = false;

  constructor(readonly threads: number) {}

  async start(): Promise<this> {
    Atomics.store(this.words, WORD.ticket, CLOSED);
    const kernels = kernelBytes();
    for (let i = 1; i < this.threads; i += 1) {
      const { port1, port2 } = new MessageChannel();
      const workerData = { control: this.control, kernels, port: port2 };
      const worker = new Worker(POOL_THREAD_SOURCE, { eval: true, execArgv: [], workerData, transferList: [port2] });
      port1.unref();
      this.others.push({ worker, port: port1 });
      await new Promise<void>((resolve, reject) => {
        worker.once('message', () => resolve());
        worker.once('error', reject);
      });
      worker.unref();
    }
    return this;
  }

  openJob(bytes: number, what: string): KernelJob {
    if (this.closed) throw mlErrors.ML_POOL_CLOSED();
    if (this.open) throw mlErrors.ML_POOL_BUSY();
    if (Atomics.load(this.words, WORD.cancel) !== 0) throw mlErrors.ML_CANCELLED();
    const { memory, bytes: capacity, kernels } = this.memoryFor(bytes, what);
    this.open = true;
    return {
      arena: new Arena(memory, capacity),
      run: (kernel, shards, words) => {
        const block = new Uint32Array(memory.buffer, BLOCK_ADDRESS, BLOCK_BYTES / 4);
        block.set(words);
        this.run(kernels, kernel, shards);
      },
      release: () => {
        this.open = false;
      },
    };
  }

  /** The last job's memory when it is large enough and not wasteful, else a new one that the threads are told of. */
  private memoryFor(bytes: number, what: string): NonNullable<typeof this.memory> {
    const kept = this.memory;
    if (kept && kept.bytes >= bytes && kept.bytes <= Math.max(bytes * 4, 1 << 24)) return kept;
    const pages = pagesFor(bytes);
    if (pages === undefined) throw mlErrors.ML_TOO_LARGE({ what, bytes });
    const memory = newMemory(pages);
    const made = { memory, bytes: pages * 65_536, kernels: bindKernels(memory) };
    this.memory = made;
    this.jobs += 1;
    for (const { port } of this.others) port.postMessage({ job: this.jobs, memory });
    return made;
  }

  private run(kernels: KernelFunctions, kernel: KernelName, { first = 0, count }: ShardRange): void {
    const words = this.words;
    if (count >= CLOSED) throw mlErrors.ML_SHAPE({ what: 'shards', expected: `fewer than ${CLOSED}`, got: `${count}` });
    const generation = ((Atomics.load(words, WORD.ticket) >>> 12) + 1) & 0xfffff;
    Atomics.store(words, WORD.ticket, (generation << 12) | CLOSED);
    Atomics.store(words, WORD.kernel, KERNEL_NAMES.indexOf(kernel));
    Atomics.store(words, WORD.first, first);
    Atomics.store(words, WORD.shards, count);
    Atomics.store(words, WORD.job, this.jobs);
    Atomics.store(words, WORD.done, 0);
    Atomics.store(words, WORD.failed, 0);
    Atomics.store(words, WORD.ticket, generation << 12);
    if (this.others.length > 0 && count > 1) Atomics.notify(words, WORD.ticket);
    this.takeShards(kernels[kernel], first, count);
    this.awaitShards(count);
    if (Atomics.load(words, WORD.failed) !== 0) throw mlErrors.ML_KERNEL_FAILED({ kernel });
    if (Atomics.load(words, WORD.cancel) !== 0) throw mlErrors.ML_CANCELLED();
  }

  /** The calling thread claims shards like any other. */
  private takeShards(call: (shard: number, block: number) => void, first: number, count: number): void {
    const words = this.words;
    for (;;) {
      const ticket = Atomics.load(words, WORD.ticket);
      const index = ticket & CLOSED;
      if (index >= count) return;
      if (Atomics.compareExchange(words, WORD.ticket, ticket, ticket + 1) !== ticket) continue;
      try {
        if (Atomics.load(words, WORD.cancel) === 0) call(first + index, BLOCK_ADDRESS);
      } catch {
        // A trap has no message worth keeping; it is answered once every shard has ended.
        Atomics.store(words, WORD.failed, 1);
      }
      Atomics.add(words, WORD.progress, 1);
      Atomics.add(words, WORD.done, 1);
    }
  }

  private awaitShards(count: number): void {
    for (;;) {
      const done = Atomics.load(this.words, WORD.done);
      if (done >= count) return;
      Atomics.wait(this.words, WORD.done, done, 1000);
    }
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    Atomics.store(this.words, WORD.stop, 1);
    Atomics.add(this.words, WORD.ticket, 1 << 12);
    Atomics.notify(this.words, WORD.ticket);
    await Promise.all(this.others.map(({ worker }) => worker.terminate()));
    for (const { port } of this.others) port.close();
    this.memory = undefined;
  }
}

/**
 * Starts a pool. Results never depend on its size.
 *
 * Cost    about 50 ms a thread; keep the pool for many fits
 * Throws  ML_POOL_ON_MAIN_THREAD for more than one thread on a main thread without `blocking: 'allowed'`
 */
export async function startKernelPool({ threads = 1, blocking = 'refused' }: PoolOptions = {}): Promise<KernelPool> {
  if (threads > 1 && isMainThread && blocking === 'refused') throw mlErrors.ML_POOL_ON_MAIN_THREAD();
  return new SharedMemoryPool(Math.max(1, Math.floor(threads))).start();
}

/**
 * A pool of the calling thread alone, ready at once: what an estimator uses when it is given none.
 */
export function inlineKernelPool(): KernelPool {
  return new SharedMemoryPool(1);
}
