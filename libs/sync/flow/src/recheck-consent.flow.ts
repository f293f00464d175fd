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

/** People of one transaction. */
const PAGE = 2_000;

/** Holds the rows of these people in one sync against consent as it is now; answers whether anything is owed. */
async function recheckIn(
  tx: SyncTransaction,
  sync: SyncRecord,
  of: { readonly profileIds: readonly ProfileId[]; readonly now: number },
): Promise<{ turned: number; owed: number }> {
  const known = await tx.members(sync.id, of.profileIds);
  const refused = await tx.refusedPeople(sync, [...known.keys()]);
  let owed = 0;
  const next = [...known.values()].flatMap((before): MemberState[] => {
    const after = recheckConsent(before, !refused.has(before.profileId), of.now);
    if (isOwed(after)) owed += 1;
    return after === before ? [] : [after];
  });
  await tx.saveMembers(sync.id, next, of.now);
  return { turned: next.length, owed };
}

/**
 * Writes down what each destination is owed after people gave or withdrew consent, or were suppressed, and asks for the
 * runs that pay it.
 *
 * Promise  at least once: consent as it is at this moment is in the ledger when this returns
 * Key      consent is read anew: a repeat finds what is desired already
 * Order    people are taken off the batch → member rows → runs → outbox rows, in one transaction a page
 * Resume   with the people who are still on the batch
 * Size     any number of people, in pages of 2,000
 */
export async function recheckPeople(
  ports: SyncPorts,
  input: { readonly workspaceId: WorkspaceId; readonly batchId: BatchId },
): Promise<{ readonly people: number; readonly turned: number; readonly runs: number }> {
  const done = { people: 0, turned: 0, runs: 0 };
  for (let more = true; more;) {
    more = await ports.store.inWorkspace(input.workspaceId, async (tx) => {
      const now = ports.clock.now();
      // Before the people: syncs are what everybody takes first.
      const syncs = await tx.allSyncs();
      const profileIds = await tx.takeConsentChanges(input.batchId, PAGE);
      done.people += profileIds.length;
      for (const sync of profileIds.length === 0 ? [] : syncs) {
        const { turned, owed } = await recheckIn(tx, sync, { profileIds, now });
        done.turned += turned;
        const active = sync.mode === 'live' && !sync.paused && !sync.destination.paused;
        if (owed === 0 || !active) continue;
        const { created } = await tx.openRun(sync.id, {}, now);
        if (created) done.runs += 1;
      }
      return profileIds.length === PAGE;
    });
  }
  return done;
}
