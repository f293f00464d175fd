import type {
  SuppressedIdentifier,
  SuppressionOutcome,
  SuppressionRequest,
  WorkspaceId,
} from '@kohort/kernel-contracts';
import { peopleLookup, privacyErrors } from '@kohort/privacy-domain';
import type { PrivacyPorts } from './privacy-ports';

/** People of one transaction: none stays open for long. */
const AT_ONCE = 200;

/** Who is to be suppressed, or no longer, and why. */
export interface SuppressionOrder {
  readonly identifiers: readonly SuppressedIdentifier[];
  readonly reason: string;
}

function* portions(identifiers: readonly SuppressedIdentifier[]): Generator<readonly SuppressedIdentifier[]> {
  for (let i = 0; i < identifiers.length; i += AT_ONCE) yield identifiers.slice(i, i + AT_ONCE);
}

/** What makes no digest would suppress nobody, in silence. */
function requireUseful(ports: PrivacyPorts, workspaceId: WorkspaceId, order: SuppressionOrder): void {
  if (order.reason.trim() === '') throw privacyErrors.PRIVACY_REASON_MISSING();
  order.identifiers.forEach((identifier, index) => {
    if (ports.keys.toEnter(workspaceId, identifier).length > 0) return;
    throw privacyErrors.PRIVACY_IDENTIFIER_USELESS({ index, type: identifier.type });
  });
}

/**
 * Puts people on the suppression list, under the identifiers that are named and all others that they are known by. Their
 * memberships end, destinations owe their removal, and nothing that names them is taken in from now on.
 *
 * Key      the digests: the same again adds nothing
 * Order    200 identifiers a transaction: list, memberships, what the sync stage must look at
 * Throws   PRIVACY_IDENTIFIER_USELESS, PRIVACY_REASON_MISSING; nobody is suppressed then
 */
export async function suppressPeople(
  ports: PrivacyPorts,
  workspaceId: WorkspaceId,
  order: SuppressionOrder,
): Promise<SuppressionOutcome> {
  requireUseful(ports, workspaceId, order);
  const done = { added: 0, people: 0, memberships: 0 };
  for (const identifiers of portions(order.identifiers)) {
    const request: SuppressionRequest = {
      identifiers,
      lookup: peopleLookup(identifiers),
      reason: order.reason,
      digestsOf: (identifier) => ports.keys.toEnter(workspaceId, identifier),
    };
    const { added, people, memberships } = await ports.store.suppress(workspaceId, request);
    done.added += added;
    done.people += people;
    done.memberships += memberships;
  }
  return done;
}

/**
 * Takes people off the list again, under every key in use: what comes from then on is taken in. What was refused
 * meanwhile is not there to be taken in.
 *
 * Throws  PRIVACY_IDENTIFIER_USELESS, PRIVACY_REASON_MISSING
 */
export async function unsuppressPeople(
  ports: PrivacyPorts,
  workspaceId: WorkspaceId,
  order: SuppressionOrder,
): Promise<{ readonly removed: number }> {
  requireUseful(ports, workspaceId, order);
  let removed = 0;
  for (const identifiers of portions(order.identifiers)) {
    const { reason } = order;
    const lookup = peopleLookup(identifiers);
    const digestsOf: SuppressionRequest['digestsOf'] = (identifier) => ports.keys.entered(workspaceId, identifier);
    removed += (await ports.store.unsuppress(workspaceId, { identifiers, lookup, reason, digestsOf })).removed;
  }
  return { removed };
}

/** For each identifier whether something that bears it would be refused. */
export function areSuppressed(
  ports: PrivacyPorts,
  workspaceId: WorkspaceId,
  identifiers: readonly SuppressedIdentifier[],
): Promise<readonly boolean[]> {
  return ports.store.areSuppressed(
    workspaceId,
    identifiers.map((identifier) => ports.keys.toFind(workspaceId, [identifier])),
  );
}
