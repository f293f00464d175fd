import type { BoundStream, ChangeStream } from '@kohort/gateway-resolvers';
import type { MembershipChange } from '@kohort/kernel-contracts';
import type { AppError } from '@kohort/kernel-errors';
import type { SharedSelection } from './shared-answers';

/** A subscription that runs. */
export interface RunningOperation {
  /** There is room again, or the caller was found good again. */
  wake(): void;
  /** Lets go of what it holds; says nothing to the client. */
  end(): void;
  /** Where the client would resume; null when there is no such place. */
  readonly cursor: string | null;
}

/** What a pump stands between. */
export interface PumpParts {
  readonly bound: BoundStream;
  readonly changes: ChangeStream;
  readonly selection: SharedSelection;
  /** Whether nothing may be handed over now: then `wake` is called later. */
  readonly isHeld: () => boolean;
  /** Ends of messages, as the selection gives them. */
  readonly send: (ends: readonly Buffer[]) => void;
  /** It is over: with an error, or because it was ended from outside. */
  readonly onOver: (error: Error | AppError | null) => void;
}

/** Changes looked up at once: their edges are read with one query each. */
const AT_ONCE = 64;

interface Ready {
  readonly change: MembershipChange;
  readonly end: Buffer;
}

/** Carries changes to one client, as fast as the client takes them and no faster. */
export class ChangePump implements RunningOperation {
  private ready: Ready[] = [];
  /** What was handed over last: its cursor is made when somebody asks for it. */
  private sent: { readonly cursor: string };
  private isWorking = false;
  private isOver = false;

  constructor(private readonly parts: PumpParts) {
    this.sent = { cursor: parts.changes.cursor };
    parts.changes.onReady = () => this.wake();
  }

  get cursor(): string {
    return this.sent.cursor;
  }

  wake(): void {
    while (!this.isWorking && !this.isOver) {
      // Whoever is refused gets nothing more of what waits, but is told why.
      if (this.parts.changes.error) return this.finish(this.parts.changes.error);
      this.handOver();
      if (this.ready.length > 0 || this.parts.isHeld()) return this.parts.changes.rest();
      const changes = this.parts.changes.take(AT_ONCE);
      if (changes.length === 0) {
        if (this.parts.changes.isOver) this.finish(null);
        return;
      }
      const answers = changes.map((change) => this.parts.selection.of(change));
      const put = (ends: readonly Buffer[]): void => {
        this.ready = changes.flatMap((change, i) => {
          const end = ends[i];
          return end === undefined ? [] : [{ change, end }];
        });
      };
      if (answers.every((answer) => Buffer.isBuffer(answer))) put(answers);
      else void this.whenAnswered(answers, put);
    }
  }

  end(): void {
    this.isOver = true;
    void this.parts.bound.return();
  }

  private async whenAnswered(
    answers: readonly (Buffer | Promise<Buffer>)[],
    put: (ends: readonly Buffer[]) => void,
  ): Promise<void> {
    this.isWorking = true;
    try {
      put(await Promise.all(answers));
    } catch (thrown) {
      this.finish(thrown instanceof Error ? thrown : null);
    } finally {
      this.isWorking = false;
    }
    this.wake();
  }

  /** One at a time past the mark: a single answer may be large. */
  private handOver(): void {
    const { isHeld, send } = this.parts;
    while (this.ready.length > 0 && !isHeld()) {
      const lot: Ready[] = [];
      for (let size = 0; size < LOT_BYTES && this.ready.length > lot.length;) {
        const next = this.ready[lot.length];
        if (!next) break;
        lot.push(next);
        size += next.end.length;
      }
      this.ready.splice(0, lot.length);
      send(lot.map(({ end }) => end));
      this.sent = lot.at(-1)?.change ?? this.sent;
    }
  }

  private finish(error: Error | null): void {
    if (this.isOver) return;
    this.isOver = true;
    this.parts.onOver(error);
    void this.parts.bound.return();
  }
}

/** Bytes handed to the socket with one write. */
const LOT_BYTES = 32_768;
