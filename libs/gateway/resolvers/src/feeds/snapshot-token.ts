import type { ChangeLogPort, WorkspaceId } from '@kohort/kernel-contracts';
import { AppError } from '@kohort/kernel-errors';

/**
 * What a client is told whose cursor has expired: where a snapshot begins that the present stream joins on to. Every
 * other error stays as it is.
 */
export async function withSnapshotToken(
  of: { readonly log: ChangeLogPort; readonly workspaceId: WorkspaceId },
  thrown: AppError,
): Promise<AppError> {
  if (thrown.code !== 'POSTGRES_CURSOR_EXPIRED') return thrown;
  const { code, kind, message } = thrown;
  const snapshotToken = await of.log.head(of.workspaceId).catch(() => null);
  return snapshotToken === null
    ? thrown
    : new AppError({ code, kind, message, details: { snapshotToken }, cause: thrown });
}
