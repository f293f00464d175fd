import { randomBytes, randomUUID } from 'node:crypto';
import { SCOPES, hashKey, mintKey } from '@kohort/access-domain';
import type { Database } from '@kohort/platform-postgres';
import { newHome, readHome, soloErrors, writeHome, type SoloHome } from '@kohort/hosts-home';

/** Key of the source that the first write key speaks for. */
export const FIRST_SOURCE = 'app';

async function ensureRows(database: Database, home: SoloHome): Promise<void> {
  const { workspaceId } = home;
  const pepper = Buffer.from(home.pepper, 'hex');
  await database.inWorkspace(workspaceId, async (tx) => {
    const known = await tx
      .selectFrom('workspace')
      .select('workspace_id')
      .where('workspace_id', '=', workspaceId)
      .executeTakeFirst();
    if (known) return;
    await tx.insertInto('workspace').values({ workspace_id: workspaceId, name: 'Solo' }).execute();
    await tx
      .insertInto('api_key')
      .values({
        workspace_id: workspaceId,
        id: randomUUID(),
        name: 'first key',
        secret_hash: Buffer.from(hashKey(home.apiKey, pepper)),
        scopes: [...SCOPES],
      })
      .execute();
    await tx
      .insertInto('source')
      .values({
        workspace_id: workspaceId,
        id: randomUUID(),
        key: FIRST_SOURCE,
        name: 'Application',
        kind: 'http',
        write_key_hash: Buffer.from(hashKey(home.writeKey, pepper)),
      })
      .execute();
  });
}

/** A home of before the suppression list gets its key: it has no entry yet that another key could have made. */
function withSuppressionKey(
  dir: string,
  home: SoloHome | null,
): (SoloHome & { readonly suppressionKey: string }) | null {
  if (!home) return null;
  const { suppressionKey } = home;
  if (suppressionKey !== undefined) return { ...home, suppressionKey };
  const mended = { ...home, suppressionKey: randomBytes(32).toString('hex') };
  writeHome(dir, mended);
  return mended;
}

/**
 * The home of a folder, made when it is new; with the installation's secret where it has one already.
 *
 * Throws  SOLO_PEPPER_DIFFERS when the folder was made under another secret
 */
export function ensureHome(dir: string, pepper?: string): SoloHome & { readonly suppressionKey: string } {
  const found = withSuppressionKey(dir, readHome(dir));
  if (found && pepper !== undefined && found.pepper !== pepper) throw soloErrors.SOLO_PEPPER_DIFFERS({ dir });
  if (found) return found;
  const made = newHome((workspaceId) => ({
    apiKey: mintKey('api', workspaceId, randomBytes(32)),
    writeKey: mintKey('write', workspaceId, randomBytes(32)),
  }));
  const home = pepper === undefined ? made : { ...made, pepper };
  writeHome(dir, home);
  return home;
}

/** Makes the first workspace with its keys and source; a second start finds them. The home is written before the rows. */
export async function ensureWorkspace(
  database: Database,
  dir: string,
  pepper?: string,
): Promise<ReturnType<typeof ensureHome>> {
  const home = ensureHome(dir, pepper);
  await ensureRows(database, home);
  return home;
}
