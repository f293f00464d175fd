import { sql } from 'kysely';
import type { SuppressionDigest, WorkspaceId } from '@kohort/kernel-contracts';
import type { WorkspaceTransaction } from '../database';

/** Entries looked for by one statement. */
const DIGESTS_AT_ONCE = 20_000;

/** Workspaces of which this process has seen an entry: for the others nothing need be hashed until there is one. */
const listed = new Set<WorkspaceId>();

/** Whether this process knows that the workspace has a list; what says no may be wrong, and has to look. */
export function isListed(workspaceId: WorkspaceId): boolean {
  return listed.has(workspaceId);
}

/** Somebody has looked, and there is one. */
export function noteListed(workspaceId: WorkspaceId): void {
  listed.add(workspaceId);
}

async function hasList(tx: WorkspaceTransaction, workspaceId: WorkspaceId): Promise<boolean> {
  if (listed.has(workspaceId)) return true;
  const found = await sql<{ any: boolean }>`
    select exists (select 1 from suppression where workspace_id = ${workspaceId}::uuid) as any`.execute(tx);
  if (found.rows[0]?.any !== true) return false;
  listed.add(workspaceId);
  return true;
}

/** Of the digests those that are on the list, as `kind hash`. */
async function entriesAmong(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  digests: readonly SuppressionDigest[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (let i = 0; i < digests.length; i += DIGESTS_AT_ONCE) {
    const part = digests.slice(i, i + DIGESTS_AT_ONCE);
    const { rows } = await sql<{ kind: string; hash: string }>`
      select s.kind, encode(s.hash, 'hex') as hash
      from unnest(
        ${part.map(({ generation }) => generation)}::text[],
        ${part.map(({ kind }) => kind)}::text[],
        ${part.map(({ hash }) => hash)}::text[]
      ) as w (generation, kind, hash)
      join suppression s on s.workspace_id = ${workspaceId}::uuid and s.generation = w.generation and s.kind = w.kind
        and s.hash = decode(w.hash, 'hex')`.execute(tx);
    for (const { kind, hash } of rows) found.add(`${kind} ${hash}`);
  }
  return found;
}

/**
 * Those of the items that name somebody on the suppression list. Asked inside the transaction that acts on the answer,
 * so that an entry which was committed before it began is seen.
 *
 * Cost   one statement: as long as the workspace has no list it looks for one, and nothing is hashed
 */
export async function suppressedAmong<T>(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  asked: { readonly items: readonly T[]; readonly digestsOf: (item: T) => readonly SuppressionDigest[] },
): Promise<ReadonlySet<T>> {
  if (asked.items.length === 0 || !(await hasList(tx, workspaceId))) return new Set();
  const digests = asked.items.map((item) => [item, asked.digestsOf(item)] as const);
  const found = await entriesAmong(
    tx,
    workspaceId,
    digests.flatMap(([, of]) => of),
  );
  if (found.size === 0) return new Set();
  const isListed = ({ kind, hash }: SuppressionDigest): boolean => found.has(`${kind} ${hash}`);
  return new Set(digests.flatMap(([item, of]) => (of.some(isListed) ? [item] : [])));
}

/** Enters digests; answers how many were not there before. The first reason stays. */
export async function enterDigests(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  entry: { readonly digests: readonly SuppressionDigest[]; readonly reason: string },
): Promise<number> {
  const { digests, reason } = entry;
  if (digests.length === 0) return 0;
  const added = await sql`
    insert into suppression (workspace_id, generation, kind, hash, reason)
    select distinct ${workspaceId}::uuid, w.generation, w.kind, decode(w.hash, 'hex'), ${reason}::text
    from unnest(
      ${digests.map(({ generation }) => generation)}::text[],
      ${digests.map(({ kind }) => kind)}::text[],
      ${digests.map(({ hash }) => hash)}::text[]
    ) as w (generation, kind, hash)
    on conflict do nothing`.execute(tx);
  return Number(added.numAffectedRows ?? 0n);
}

/** Takes digests off the list; answers how many were on it. */
export async function removeDigests(
  tx: WorkspaceTransaction,
  workspaceId: WorkspaceId,
  digests: readonly SuppressionDigest[],
): Promise<number> {
  if (digests.length === 0) return 0;
  const removed = await sql`
    delete from suppression s
    using unnest(
      ${digests.map(({ generation }) => generation)}::text[],
      ${digests.map(({ kind }) => kind)}::text[],
      ${digests.map(({ hash }) => hash)}::text[]
    ) as w (generation, kind, hash)
    where s.workspace_id = ${workspaceId}::uuid and s.generation = w.generation and s.kind = w.kind
      and s.hash = decode(w.hash, 'hex')`.execute(tx);
  return Number(removed.numAffectedRows ?? 0n);
}
