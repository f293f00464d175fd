import type { ChangeStream } from '@kohort/gateway-resolvers';
import type { ChangeFilter, ChangeLogPort, MembershipChange, WorkspaceId } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import type { WatchedConnection } from '../live/live-keys';

/** Changes read and written at once. */
const AT_ONCE = 500;
/** While nothing comes, an empty line goes out so often: proxies cut connections that are silent for long. */
export const SILENCE_MS = 25_000;

/** One change as a line of the export; `id` and `cursor` are those of the subscription. */
export function lineOf(change: MembershipChange): string {
  const { segmentId, profileId, changeVersion, evaluatedAt, recordedAt, ...rest } = change;
  return `${JSON.stringify({
    id: `${segmentId}:${profileId}:${changeVersion}`,
    ...rest,
    ...{ segmentId, profileId, changeVersion },
    evaluatedAt: new Date(evaluatedAt).toISOString(),
    recordedAt: new Date(recordedAt).toISOString(),
  })}\n`;
}

const linesOf = (changes: readonly MembershipChange[]): string => changes.map(lineOf).join('');

/** The lines from a cursor to the log's present end. It reads on when it is asked to: nothing piles up here. */
export async function* linesToEnd(
  of: { readonly log: ChangeLogPort; readonly workspaceId: WorkspaceId; readonly filter: ChangeFilter },
  from: string,
): AsyncGenerator<string> {
  const { log, workspaceId, filter } = of;
  for (let cursor = from, more = true; more;) {
    const batch = await log.readAfter(workspaceId, cursor, { limit: AT_ONCE, filter });
    if (batch.changes.length > 0) yield linesOf(batch.changes);
    ({ cursor, more } = batch);
  }
}

/** The lines of a stream as they come; the last one says why it ends, when it is an error that ends it. */
export async function* linesAsTheyCome(stream: ChangeStream, caller: WatchedConnection): AsyncGenerator<string> {
  let wake: () => void = () => undefined;
  stream.onReady = () => wake();
  caller.onRefused((refusal) => stream.fail(refusal));
  try {
    // The answer's head goes out with the first bytes, however long nothing comes.
    yield '\n';
    while (!stream.isOver) {
      const changes = caller.isTrusted() ? stream.take(AT_ONCE) : [];
      if (changes.length > 0) {
        yield linesOf(changes);
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
      if (isSilent) yield '\n';
    }
    const { error } = stream;
    if (isAppError(error)) {
      const { code, publicMessage: message, details } = error;
      yield `${JSON.stringify({ error: { code, message, ...details }, cursor: stream.cursor })}\n`;
    }
  } finally {
    await stream.return();
  }
}
