import type { BatchId, ProfileId, WorkspaceId } from '../ids';
import type { NormalisedMessage } from '../segment-message';

/** `denied`: asked and refused, or said so by a signal. `withdrawn`: was granted before. Both mean no. */
export const CONSENT_STATES = ['granted', 'denied', 'withdrawn'] as const;
export type ConsentState = (typeof CONSENT_STATES)[number];

/**
 * How a statement came about.
 *
 * - `stated`    stamped on a message beside what it is about, as consent managers do with every message
 * - `explicit`  the person's own act: a preference form, an order by telephone, a signed sheet
 * - `gpc`       Global Privacy Control: the browser says no to sale and sharing
 */
export const CONSENT_KINDS = ['stated', 'explicit', 'gpc'] as const;
export type ConsentKind = (typeof CONSENT_KINDS)[number];

/** What consent is stated of: the identifier that it came with, so that it goes where merges and unmerges take that. */
export interface ConsentSubject {
  readonly type: 'user_id' | 'anonymous_id' | 'email' | 'phone';
  readonly value: string;
}

/** One statement about one purpose. `at` is when it was made, epoch milliseconds. */
export interface ConsentStatement {
  readonly subject: ConsentSubject;
  readonly purpose: string;
  readonly state: ConsentState;
  readonly kind: ConsentKind;
  /** Legal basis: `consent`, `contract`, `legitimate_interest`, … */
  readonly basis: string;
  /** Where it came from: `event`, `api`, `import`. */
  readonly source: string;
  readonly at: number;
  /** What proves it, or where that is found; no personal data. */
  readonly proof: string;
}

/** A statement as it is kept. */
export interface ConsentRecord extends ConsentStatement {
  readonly recordedAt: number;
}

/** One purpose of a workspace's vocabulary. */
export interface PurposeRecord {
  readonly key: string;
  readonly name: string;
  /** What consent managers call it, besides its key: compared as slugs (`c0004`, `targeting`). */
  readonly categories: readonly string[];
  /** Global Privacy Control refuses it. */
  readonly saleOrSharing: boolean;
}

/** One entry of the suppression list: a keyed digest, never the value. */
export interface SuppressionDigest {
  readonly kind: 'id' | 'email' | 'phone';
  /** Which key made it. */
  readonly generation: string;
  /** HMAC-SHA-256, lower-case hex. */
  readonly hash: string;
}

/** The parts of a message that may name a person. */
export type ScreenedMessage = Pick<NormalisedMessage, 'type' | 'userId' | 'anonymousId' | 'previousId' | 'traits'> &
  Partial<Pick<NormalisedMessage, 'properties' | 'context'>>;

/**
 * What the stores ask of privacy while they hold their transaction. Pure and synchronous; the list itself and the
 * vocabulary are the stores'.
 */
export interface MessageScreen {
  /** Digests of everything that names a person in a message, under every key in use. */
  digestsOf(workspaceId: WorkspaceId, message: ScreenedMessage): readonly SuppressionDigest[];
  /** Whether a message says anything about consent: a look at two places, before anything is read for it. */
  mentionsConsent(message: NormalisedMessage): boolean;
  consentsOf(message: NormalisedMessage, vocabulary: readonly PurposeRecord[]): readonly ConsentStatement[];
}

/** Tells messages of suppressed people before they come to a store: for what is kept elsewhere, or only reported. */
export interface SuppressionGate {
  /** One answer a message, in their order: whether it names somebody on the list. */
  suppressed(workspaceId: WorkspaceId, messages: readonly ScreenedMessage[]): Promise<readonly boolean[]>;
}

/** A purpose's state of a person, over all of their identifiers. */
export interface ConsentView {
  readonly purpose: string;
  /** False also for a purpose that nobody has said anything about: unknown means no. */
  readonly given: boolean;
  /** Of the statement that decides; null when there is none. */
  readonly state: ConsentState | null;
  readonly since: number | null;
}

/** What was added. `recorded` leaves out statements that were there already. */
export interface ConsentOutcome {
  readonly recorded: number;
  readonly batchId: BatchId | null;
}

/** What suppressing did. */
export interface SuppressionOutcome {
  /** Digests that were not on the list before. */
  readonly added: number;
  /** People who were known and are profiled no longer. */
  readonly people: number;
  /** Memberships that ended with it. */
  readonly memberships: number;
}

/** What an identifier is suppressed by: its digests and, where it may lead to a known person, its exact value. */
export interface SuppressedIdentifier {
  readonly type: string;
  readonly value: string;
}

/** By what known people are looked for: ids as they are, addresses in their one form, digits of telephone numbers. */
export interface PeopleLookup {
  readonly ids: readonly string[];
  readonly emails: readonly string[];
  readonly phones: readonly string[];
}

/** What names a purpose: a segment or a destination, by key. */
export interface PurposeTarget {
  readonly kind: 'segment' | 'destination';
  readonly key: string;
}

/** How the list is entered: the identifiers that were named, and those that the store finds on the people it stops. */
export interface SuppressionRequest {
  readonly identifiers: readonly SuppressedIdentifier[];
  readonly lookup: PeopleLookup;
  readonly reason: string;
  /** Digests of an identifier as the list holds them. */
  readonly digestsOf: (identifier: SuppressedIdentifier) => readonly SuppressionDigest[];
}

/**
 * Consent and suppression in the source of truth.
 *
 * A caller may rely on: statements are only ever added; the same statement again adds nothing; whoever was recorded or
 * stopped is told to the sync stage in the same transaction (`ConsentChanged`). `suppress` enters the identifiers and all
 * others of the people they lead to, ends their memberships, and takes its turn with identity: nobody who is being
 * resolved meanwhile slips through.
 */
export interface PrivacyStore {
  vocabulary(workspaceId: WorkspaceId): Promise<readonly PurposeRecord[]>;
  definePurpose(workspaceId: WorkspaceId, purpose: PurposeRecord): Promise<void>;
  /** Says what a segment or a destination is for; all who are in its audiences are held against it. False: there is none. */
  setPurpose(workspaceId: WorkspaceId, target: PurposeTarget, purpose: string | null): Promise<boolean>;
  record(workspaceId: WorkspaceId, statements: readonly ConsentStatement[]): Promise<ConsentOutcome>;
  /** Everything that was ever stated of a person's identifiers, newest first. */
  history(workspaceId: WorkspaceId, profileId: ProfileId): Promise<readonly ConsentRecord[]>;
  suppress(workspaceId: WorkspaceId, request: SuppressionRequest): Promise<SuppressionOutcome>;
  /** Takes identifiers off the list; people who were stopped by them are profiled again from then on. */
  unsuppress(workspaceId: WorkspaceId, request: SuppressionRequest): Promise<{ readonly removed: number }>;
  /** For each list of digests whether one of them is on the list. */
  areSuppressed(
    workspaceId: WorkspaceId,
    digests: readonly (readonly SuppressionDigest[])[],
  ): Promise<readonly boolean[]>;
}
