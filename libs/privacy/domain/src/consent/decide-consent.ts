import type { ConsentRecord, ConsentState, ConsentStatement, ConsentView } from '@kohort/kernel-contracts';

type Said = Pick<ConsentStatement, 'state' | 'kind' | 'at'>;

/**
 * The instants that decide, of all statements about one purpose: each is a maximum, so that the answer is a function of
 * the set: no order, no repetition, no merge or unmerge of the identifiers they were made of can change it otherwise.
 * Epoch milliseconds; null when there was none.
 */
export interface ConsentInstants {
  readonly grantedAt: number | null;
  readonly explicitAt: number | null;
  readonly refusedAt: number | null;
  readonly gpcAt: number | null;
}

const latest = (statements: readonly Said[], which: (statement: Said) => boolean): number | null =>
  statements.reduce<number | null>((max, one) => (which(one) && (max === null || one.at > max) ? one.at : max), null);

/** The deciding instants of some statements about one purpose. */
export function consentInstants(statements: readonly Said[]): ConsentInstants {
  return {
    grantedAt: latest(statements, ({ state }) => state === 'granted'),
    explicitAt: latest(statements, ({ state, kind }) => state === 'granted' && kind === 'explicit'),
    refusedAt: latest(statements, ({ state }) => state !== 'granted'),
    gpcAt: latest(statements, ({ state, kind }) => state !== 'granted' && kind === 'gpc'),
  };
}

/**
 * Whether consent is given. The latest statement counts; Global Privacy Control is lifted by nothing but the person's own
 * act after it, for consent managers go on stamping a choice that was made before.
 *
 * Ties   at one instant refusal wins; without any statement the answer is no
 */
export function isConsentGiven({ grantedAt, explicitAt, refusedAt, gpcAt }: ConsentInstants): boolean {
  if (grantedAt === null) return false;
  if (refusedAt !== null && refusedAt >= grantedAt) return false;
  return gpcAt === null || (explicitAt !== null && explicitAt > gpcAt);
}

function decidingState(statements: readonly Said[], given: boolean): { state: ConsentState; at: number } | null {
  const instants = consentInstants(statements);
  if (given) return { state: 'granted', at: instants.grantedAt ?? 0 };
  const { gpcAt, refusedAt } = instants;
  const at = refusedAt ?? gpcAt;
  if (at === null) return null;
  const withdrawn = statements.some((one) => one.state === 'withdrawn' && one.at === at);
  return { state: withdrawn ? 'withdrawn' : 'denied', at };
}

/** A person's state for every purpose that was ever spoken of, by purpose. */
export function consentViews(history: readonly ConsentRecord[]): readonly ConsentView[] {
  const byPurpose = new Map<string, ConsentRecord[]>();
  for (const record of history) {
    const of = byPurpose.get(record.purpose) ?? [];
    of.push(record);
    byPurpose.set(record.purpose, of);
  }
  return [...byPurpose]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([purpose, records]) => {
      const given = isConsentGiven(consentInstants(records));
      const deciding = decidingState(records, given);
      return { purpose, given, state: deciding?.state ?? null, since: deciding?.at ?? null };
    });
}
