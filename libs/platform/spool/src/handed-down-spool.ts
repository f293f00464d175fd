import { enterFolder, holderOf, takeFolder } from './folder-owner';
import { bytesIn, listGenerations, makeGeneration, removeGeneration, type Generation } from './generations';
import { FileSpool, type Spool, type SpoolOptions } from './spool';

/** Whose folder it is, where that is not this process. */
export interface HandedDownOptions extends SpoolOptions {
  /** The process that holds `dir` for several which follow each other, this one among them; absent: this process. */
  readonly keeper?: number | undefined;
}

/** What somebody left who is gone. `dir`: null for records in the root itself, which stays. */
interface Left {
  readonly spool: FileSpool;
  readonly dir: string | null;
}

type Handle = (records: readonly Buffer[]) => Promise<void>;

/** The number of what lies in the root itself, from before there were generations. */
const ROOT = 0;

class HandedDownSpool implements Spool {
  private readonly left: Left[] = [];
  private readonly seen = new Set<number>();
  /** Elders that live, and what they have: of the last look. */
  private living = { count: 0, bytes: 0 };
  private closed = false;
  private draining = false;

  constructor(
    private readonly options: HandedDownOptions,
    private readonly generation: Generation,
    private readonly own: FileSpool,
  ) {}

  get limitBytes(): number {
    return this.options.limitBytes;
  }

  get bytes(): number {
    return this.left.reduce((sum, { spool }) => sum + spool.bytes, this.own.bytes + this.living.bytes);
  }

  get records(): number {
    return this.left.reduce((sum, { spool }) => sum + spool.records, this.own.records);
  }

  get badBytes(): number {
    return this.left.reduce((sum, { spool }) => sum + spool.badBytes, this.own.badBytes);
  }

  get isOwed(): boolean {
    return this.living.count > 0 || this.left.length > 0 || this.own.isOwed;
  }

  append(content: Uint8Array): Promise<void> {
    return this.own.append(content);
  }

  async drain(handle: Handle): Promise<number> {
    if (this.draining || this.closed) return 0;
    this.draining = true;
    try {
      await this.look();
      // What they took in was there before anything of ours.
      if (this.living.count > 0) return 0;
      let total = 0;
      for (let eldest = this.left[0]; eldest; eldest = this.left[0]) {
        total += await eldest.spool.drain(handle);
        if (this.closed) return total;
        await this.forget(eldest);
      }
      return total + (await this.own.drain(handle));
    } finally {
      this.draining = false;
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const { spool } of this.left) await spool.close();
    await this.own.close();
    removeGeneration(this.generation.dir);
  }

  /** Takes over what elders left, once none of them lives: so no two processes ever take the same. */
  async look(): Promise<void> {
    const { dir: root } = this.options;
    const elders = listGenerations(root).filter(({ number }) => number < this.generation.number);
    const strange = elders.filter(({ number }) => !this.seen.has(number));
    const alive = strange.filter(({ dir }) => holderOf(dir) !== undefined);
    this.living = { count: alive.length, bytes: alive.reduce((sum, { dir }) => sum + bytesIn(dir), 0) };
    if (alive.length > 0) return;
    if (!this.seen.has(ROOT) && bytesIn(root) > 0) await this.inherit(ROOT, root, () => undefined);
    for (const { number, dir } of strange) await this.inherit(number, dir, takeFolder(dir));
  }

  private async inherit(number: number, dir: string, release: () => void): Promise<void> {
    this.seen.add(number);
    const spool = await new FileSpool({ ...this.options, dir }, release).recover();
    this.left.push({ spool, dir: number === ROOT ? null : dir });
  }

  private async forget(eldest: Left): Promise<void> {
    await eldest.spool.close();
    if (eldest.dir !== null) removeGeneration(eldest.dir);
    this.left.shift();
  }
}

/**
 * Opens a spool for processes that follow each other on one folder and overlap for a while: each has a generation of its
 * own below `dir`, and takes over what earlier ones left when they are gone. Records are handed on in the order in which
 * the generations began, and within one as they were appended: nobody drains while an elder lives.
 *
 * Throws  SPOOL_IN_USE when neither this process nor `keeper` may have the folder
 */
export async function openHandedDownSpool(options: HandedDownOptions): Promise<Spool> {
  const leave = enterFolder(options.dir, options.keeper);
  const generation = await makeGeneration(options.dir);
  const release = takeFolder(generation.dir);
  const own = new FileSpool({ ...options, dir: generation.dir }, () => {
    release();
    leave();
  });
  const spool = new HandedDownSpool(options, generation, own);
  await spool.look();
  return spool;
}
