import type { FillAnswer, ProfileId } from '@kohort/kernel-contracts';
import { columnsErrors } from './errors';
import { UUID_BYTES, uuidAt } from './row-binary';

interface Filling {
  readonly members: ProfileId[];
  readonly waking: ProfileId[];
  readonly dueAt: number[];
}

const PLACE_BYTES = 2;
const INSTANT_BYTES = 8;

/** Reads rows of RowBinary of which each is as long as it says. */
class FillReader {
  private at = 0;

  constructor(
    private readonly bytes: Buffer,
    private readonly answers: readonly Filling[],
  ) {}

  /** Reads whole rows as far as they go; answers where the first that is cut off begins. */
  read(): number {
    let whole = 0;
    while (this.row()) whole = this.at;
    return whole;
  }

  private row(): boolean {
    const { bytes } = this;
    const id = this.at;
    this.at += UUID_BYTES;
    const members = this.list(PLACE_BYTES);
    const waking = members === null ? null : this.list(PLACE_BYTES);
    const due = waking === null ? null : this.list(INSTANT_BYTES);
    if (members === null || waking === null || due === null) return false;
    if (waking.n !== due.n) throw columnsErrors.COLUMNS_ANSWER_INVALID({ reason: 'instants without their rules' });
    const profileId = uuidAt(bytes, id);
    for (let i = 0; i < members.n; i += 1) this.answer(members.at, i).members.push(profileId);
    for (let i = 0; i < waking.n; i += 1) {
      const answer = this.answer(waking.at, i);
      answer.waking.push(profileId);
      answer.dueAt.push(Number(bytes.readBigInt64LE(due.at + i * INSTANT_BYTES)));
    }
    return true;
  }

  private answer(at: number, i: number): Filling {
    const answer = this.answers[this.bytes.readUInt16LE(at + i * PLACE_BYTES)];
    if (answer === undefined) throw columnsErrors.COLUMNS_ANSWER_INVALID({ reason: 'a rule that was not asked' });
    return answer;
  }

  /** A list: its length in groups of seven bits, then its elements. Null when it is cut off. */
  private list(width: number): { readonly at: number; readonly n: number } | null {
    const { bytes } = this;
    let [n, shift] = [0, 0];
    for (;;) {
      const byte = bytes[this.at];
      if (byte === undefined) return null;
      this.at += 1;
      n += (byte & 0x7f) * 2 ** shift;
      shift += 7;
      if (byte < 0x80) break;
    }
    const { at } = this;
    this.at += n * width;
    return this.at > bytes.length ? null : { at, n };
  }
}

/**
 * Reads a RowBinary answer of a UUID, two lists of UInt16 and one of Int64.
 *
 * Throws  COLUMNS_ANSWER_INVALID
 */
export async function readFill(chunks: AsyncIterable<unknown>, rules: number): Promise<readonly FillAnswer[]> {
  const answers = Array.from({ length: rules }, (): Filling => ({ members: [], waking: [], dueAt: [] }));
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (!Buffer.isBuffer(chunk)) throw columnsErrors.COLUMNS_ANSWER_INVALID({ reason: 'not bytes' });
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    rest = bytes.subarray(new FillReader(bytes, answers).read());
  }
  if (rest.length > 0) throw columnsErrors.COLUMNS_ANSWER_INVALID({ reason: 'the last row is cut off' });
  return answers;
}
