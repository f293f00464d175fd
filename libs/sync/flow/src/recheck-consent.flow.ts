import { isOwed, recheckConsent } from '@kohort/sync-domain';
import type {
  BatchId,
  MemberState,
  ProfileId,
  SyncRecord,
  SyncTransaction,
  WorkspaceId,
} from '@kohort/kernel-contracts';
import type { SyncPorts } from './sync-ports';

/** Rows written by one statement. */
const PAGE = 5_000;

/** Holds the rows of these people in one sync against consent as it is now; answers whether anything is owed. */
async function recheckIn(
  tx: SyncTransaction,
  sync: SyncRecord,
  of: { readonly profileIds: readonly ProfileId[]; readonly now: number },
): Promise<{ turned: number; owed: number }> {
  const done = { turned: 0, owed: 0 };
  for (let i = 0; i < of.profileIds.length; i += PAGE) {
    const part = of.profileIds.slice(i, i + PAGE);
    const known = await tx.members(sync.id, part);
    const refused = await tx.refusedPeople(sync, [...known.keys()]);
    const next = [...known.values()].flatMap((before): MemberState[] => {
      const after = recheckConsent(before, !refused.has(before.profileId), of.now);
      if (isOwed(after)) done.owed += 1;
      return after === before ? [] : [after];
    });
    done.turned += next.length;
    await tx.saveMembers(sync.id, next, of.now);
  }
  return done;
}

/**
 * Writes down what each destination is owed after people gave or withdrew consent, or were suppressed, and asks for the
 * runs that pay it.
 *
 * Promise  at least once: consent as it is at this moment is in the ledger when this returns
 * Key      consent is read anew: a repeat finds what is desired already
 * Order    member rows → runs → outbox rows → the batch is forgotten, in one transaction
 * Resume   from the start; nothing is half done
 * Size     one batch of people, in pages of 5,000 rows
 */
export async function recheckPeople(
  ports: SyncPorts,
  input: { readonly workspaceId: WorkspaceId; readonly batchId: BatchId },
): Promise<{ readonly people: number; readonly turned: number; readonly runs: number }> {
  const now = ports.clock.now();
  return ports.store.inWorkspace(input.workspaceId, async (tx) => {
    const profileIds = await tx.consentChanges(input.batchId);
    const done = { people: profileIds.length, turned: 0, runs: 0 };
    if (profileIds.length === 0) return done;
    for (const sync of await tx.allSyncs()) {
      const { turned, owed } = await recheckIn(tx, sync, { profileIds, now });
      done.turned += turned;
      const active = sync.mode === 'live' && !sync.paused && !sync.destination.paused;
      if (owed === 0 || !active) continue;
      const { created } = await tx.openRun(sync.id, {}, now);
      if (created) done.runs += 1;
    }
    await tx.forgetConsentChanges(input.batchId);
    return done;
  });
}
