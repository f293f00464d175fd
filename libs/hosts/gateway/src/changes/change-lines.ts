import type { ChangeStream } from '@kohort/gateway-resolvers';
import type { ChangeFilter, ChangeLogPort, MembershipChange, WorkspaceId } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import type { WatchedConnection } from '../live/live-keys';
import { lastLine, type ChangeLot } from './change-outflow';

/** Changes read at once. */
const AT_ONCE = 500;
/** Changes of one lot: as many as a slow line takes well before its client counts as one that takes nothing. */
const OF_A_LOT = 100;
/** While nothing comes, an empty line goes out so often: proxies cut connections that are silent for long. */
export const SILENCE_MS = 25_000;

/** Lines of changes that several readers are given. */
const written = new WeakMap<MembershipChange, string>();

/** One change as a line of the export; `id` and `cursor` are those of the subscription. */
export function lineOf(change: MembershipChange): string {
  const known = written.get(change);
  if (known !== undefined) return known;
  const line = writeLine(change);
  written.set(change, line);
  return line;
}

function writeLine(change: MembershipChange): string {
  const { cursor, segmentId, segmentKey, profileId, kind, changeVersion, segmentVersion } = change;
  const { evaluatedAt, recordedAt, cause, eventId } = change;
  return `${JSON.stringify({
    id: `${segmentId}:${profileId}:${changeVersion}`,
    ...{ cursor, segmentKey, kind, segmentVersion, cause, eventId },
    ...{ segmentId, profileId, changeVersion },
    evaluatedAt: new Date(evaluatedAt).toISOString(),
    recordedAt: new Date(recordedAt).toISOString(),
  })}\n`;
}

/** Changes in lots, the first one first. */
function* lotsOf(changes: readonly MembershipChange[], before: string): Generator<ChangeLot> {
  for (let from = 0; from < changes.length; from += OF_A_LOT) {
    const lot = changes.slice(from, from + OF_A_LOT);
    yield { text: lot.map(lineOf).join(''), cursor: lot.at(-1)?.cursor ?? before };
  }
}

/** The lines from a cursor to the log's present end. It reads on when it is asked to: nothing piles up here. */
export async function* linesToEnd(
  of: { readonly log: ChangeLogPort; readonly workspaceId: WorkspaceId; readonly filter: ChangeFilter },
  from: string,
): AsyncGenerator<ChangeLot> {
  const { log, workspaceId, filter } = of;
  for (let cursor = from, more = true; more;) {
    const batch = await log.readAfter(workspaceId, cursor, { limit: AT_ONCE, filter });
    yield* lotsOf(batch.changes, cursor);
    ({ cursor, more } = batch);
  }
}

const emptyLine = ({ cursor }: ChangeStream): ChangeLot => ({ text: '\n', cursor });

/** The lines of a stream as they come; the last one says why it ends, when it is an error that ends it. */
export async function* linesAsTheyCome(stream: ChangeStream, caller: WatchedConnection): AsyncGenerator<ChangeLot> {
  let wake: () => void = () => undefined;
  stream.onReady = () => wake();
  caller.onRefused((refusal) => stream.fail(refusal));
  try {
    // The answer's head goes out with the first bytes, however long nothing comes.
    yield emptyLine(stream);
    while (!stream.isOver) {
      const changes = caller.isTrusted() ? stream.take(OF_A_LOT) : [];
      if (changes.length > 0) {
        yield* lotsOf(changes, stream.cursor);
        continue;
      }
      const isSilent = await new Promise<boolean>((resolve) => {
        const late = setTimeout(() => resolve(true), SILENCE_MS);
        wake = () => {
          clearTimeout(late);
          resolve(false);
        };
        if (stream.isOver) wake();
      });
      if (isSilent) yield emptyLine(stream);
    }
    const { error, cursor } = stream;
    if (isAppError(error)) yield { text: lastLine(error, cursor), cursor };
  } finally {
    await stream.return();
  }
}
