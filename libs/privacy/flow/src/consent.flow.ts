import {
  namesNobody,
  type ConsentOutcome,
  type ConsentRecord,
  type ConsentState,
  type ConsentSubject,
  type ConsentView,
  type ProfileId,
  type PurposeRecord,
  type PurposeTarget,
  type WorkspaceId,
} from '@kohort/kernel-contracts';
import { categorySlug, consentViews, isPurposeKey, privacyErrors, vocabularyOf } from '@kohort/privacy-domain';
import type { PrivacyPorts } from './privacy-ports';

/** A statement as somebody makes it over the API or brings it in a file. */
export interface ConsentEntry {
  readonly subject: ConsentSubject;
  readonly purpose: string;
  readonly state: ConsentState;
  /** Epoch milliseconds; now when absent, and never later than that. */
  readonly at?: number | undefined;
  readonly basis?: string | undefined;
  /** What proves it, or where that is found; no personal data. */
  readonly proof?: string | undefined;
}

/** An address is compared as identity writes it; ids and numbers are what they are. */
function subjectOf({ type, value }: ConsentSubject): ConsentSubject {
  return { type, value: type === 'email' ? value.trim().toLowerCase() : value };
}

/**
 * Records what a person said: their own act, so that it also lifts Global Privacy Control when it is a grant. Recorded of
 * the identifier that is named, whether anybody is known under it yet or not.
 *
 * Key      subject, purpose, instant, state: the same again adds nothing
 * Throws   PRIVACY_PURPOSE_UNKNOWN, PRIVACY_IDENTIFIER_USELESS; nothing is recorded then
 */
export async function recordConsent(
  ports: PrivacyPorts,
  workspaceId: WorkspaceId,
  entries: readonly ConsentEntry[],
): Promise<ConsentOutcome> {
  const now = ports.clock.now();
  const known = new Set(vocabularyOf(await ports.store.vocabulary(workspaceId)).map(({ key }) => key));
  const statements = entries.map(({ subject, purpose, state, at, basis, proof }, index) => {
    if (!known.has(purpose)) throw privacyErrors.PRIVACY_PURPOSE_UNKNOWN({ purpose });
    if (namesNobody(subject.value)) throw privacyErrors.PRIVACY_IDENTIFIER_USELESS({ index, type: subject.type });
    return {
      subject: subjectOf(subject),
      purpose,
      state,
      kind: 'explicit' as const,
      basis: basis ?? 'consent',
      source: 'api',
      at: Math.min(at ?? now, now),
      proof: proof ?? '',
    };
  });
  return ports.store.record(workspaceId, statements);
}

/** What a person has consented to, and everything that was ever said, newest first. */
export async function consentOf(
  ports: Pick<PrivacyPorts, 'store'>,
  workspaceId: WorkspaceId,
  profileId: ProfileId,
): Promise<{ readonly purposes: readonly ConsentView[]; readonly history: readonly ConsentRecord[] }> {
  const history = await ports.store.history(workspaceId, profileId);
  return { purposes: consentViews(history), history };
}

/** The purposes of a workspace: the default ones and its own. By key. */
export async function purposesOf(
  ports: Pick<PrivacyPorts, 'store'>,
  workspaceId: WorkspaceId,
): Promise<readonly PurposeRecord[]> {
  return vocabularyOf(await ports.store.vocabulary(workspaceId));
}

/**
 * Adds a purpose to a workspace's vocabulary, or says anew what one is called.
 *
 * Throws  PRIVACY_PURPOSE_INVALID
 */
export async function definePurpose(
  ports: Pick<PrivacyPorts, 'store'>,
  workspaceId: WorkspaceId,
  purpose: PurposeRecord,
): Promise<PurposeRecord> {
  if (!isPurposeKey(purpose.key)) throw privacyErrors.PRIVACY_PURPOSE_INVALID({ purpose: purpose.key });
  const categories = [...new Set(purpose.categories.map(categorySlug).filter((slug) => slug !== ''))];
  const defined = { ...purpose, categories };
  await ports.store.definePurpose(workspaceId, defined);
  return defined;
}

/**
 * The purpose that may be named: one of the vocabulary, or none.
 *
 * Throws  PRIVACY_PURPOSE_UNKNOWN
 */
export async function knownPurpose(
  ports: Pick<PrivacyPorts, 'store'>,
  workspaceId: WorkspaceId,
  purpose: string | null,
): Promise<string | null> {
  if (purpose === null) return null;
  const known = await purposesOf(ports, workspaceId);
  if (!known.some(({ key }) => key === purpose)) throw privacyErrors.PRIVACY_PURPOSE_UNKNOWN({ purpose });
  return purpose;
}

/**
 * Says what a segment or a destination is for. Whoever is in one of its audiences and has not consented to that is taken
 * out of it.
 *
 * Throws  PRIVACY_PURPOSE_UNKNOWN, PRIVACY_TARGET_MISSING
 */
export async function setPurpose(
  ports: Pick<PrivacyPorts, 'store'>,
  workspaceId: WorkspaceId,
  of: { readonly target: PurposeTarget; readonly purpose: string | null },
): Promise<void> {
  const purpose = await knownPurpose(ports, workspaceId, of.purpose);
  if (await ports.store.setPurpose(workspaceId, of.target, purpose)) return;
  throw privacyErrors.PRIVACY_TARGET_MISSING({ kind: of.target.kind });
}
