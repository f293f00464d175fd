import type { BatchId, EventId, ProfileId, SegmentId, WorkspaceId } from '../ids';
import type { Json, JsonObject } from '../json';
import type { Fence } from '../runs';

/** Why a membership changed. */
export type MembershipCause = 'event' | 'time' | 'edit' | 'merge' | 'import' | 'model' | 'erasure';

/** A version of a segment with its rule. Hashes are hex. */
export interface SegmentRule {
  readonly segmentId: SegmentId;
  readonly key: string;
  readonly version: number;
  readonly rule: Json;
  readonly ruleHash: string;
}

/** The rules that serve now. */
export interface LiveRules {
  /** IANA zone of the workspace, for rules that name none. */
  readonly timezone: string;
  /** By segment id. */
  readonly segments: readonly SegmentRule[];
}

/** Which records of a person the rules look at; null means all. */
export interface RecordsNeeded {
  readonly eventNames: readonly string[] | null;
  /** Of the events those whose properties are looked at; absent means all. Others may come with none. */
  readonly detailedNames?: readonly string[] | null;
  /** Of events of these names only those of so many milliseconds back are looked at, of others all; absent: all. */
  readonly reach?: ReadonlyMap<string, number>;
  /** The same of their properties. */
  readonly detailedReach?: ReadonlyMap<string, number>;
  readonly traitKeys: readonly string[] | null;
  /** Purposes of consent; absent means none. */
  readonly purposes?: readonly string[];
  /** Whether rules look at scores and clusters; absent: they may. */
  readonly models?: boolean;
  /** Absent: no rule looks at an account, and nothing is read of any. */
  readonly accounts?: AccountRecordsNeeded;
}

/** Which records of accounts the rules look at, and how far they lead on. */
export interface AccountRecordsNeeded {
  readonly eventNames: readonly string[] | null;
  readonly traitKeys: readonly string[] | null;
  /** Steps from a person (1: to the accounts, 2: to their people too) and from an account; 0: none. */
  readonly steps: { readonly profile: number; readonly account: number };
}

/** More people of an account than this are not read for one evaluation. */
export const MOST_PEOPLE_READ = 1_000;

/** Where a person stands in a segment. */
export interface StandingMembership {
  readonly segmentId: SegmentId;
  readonly key: string;
  readonly member: boolean;
  readonly changeVersion: number;
  /** False for those whom a set statement let in: their proof is worked out when they are next evaluated. */
  readonly hasProof: boolean;
}

/** A person with the records that the rules look at. Times are epoch milliseconds. */
export interface PersonRecords {
  readonly profileId: ProfileId;
  /** Rules judge the one or the other. */
  readonly entity: 'profile' | 'account';
  /** False for one that was merged into another: it is in no segment. */
  readonly isLive: boolean;
  readonly events: readonly {
    readonly id: EventId;
    readonly name: string;
    readonly time: number;
    readonly properties: JsonObject;
  }[];
  readonly traits: readonly {
    readonly key: string;
    readonly time: number;
    readonly messageId: string;
    readonly value: Json;
  }[];
  readonly scores: readonly {
    readonly model: string;
    readonly probability: number | null;
    readonly percentile: number | null;
    readonly cluster: string | null;
    readonly confidence: number | null;
  }[];
  readonly memberships: readonly StandingMembership[];
  /** Of the purposes asked for, those to which consent is given. */
  readonly consents: readonly string[];
  /** The accounts of a person or the people of an account, as far as rules lead; absent: they do not. */
  readonly related?: readonly RelatedRecords[];
  /** Rules lead to an account with more people than are read: it has no `related`, and its `crowd` if it was counted. */
  readonly isCut?: boolean;
  /** Of an account with more people than are read: what was last counted of them. */
  readonly crowd?: readonly CrowdCount[];
}

/** For how many people of an account something holds that rules ask. Times are epoch milliseconds. */
export interface CrowdCount {
  /** Of the question: SHA-256 in hex. */
  readonly key: string;
  readonly matching: number;
  readonly total: number;
  /** When time alone turns the answer of one of them; null: never. */
  readonly soonest: number | null;
}

/** An account whose people are to be counted. */
export interface CrowdToCount {
  readonly accountId: ProfileId;
  readonly cause: MembershipCause;
}

/** One to whom a relation leads, since when (epoch milliseconds; it may lie ahead). */
export interface RelatedRecords {
  readonly since: number;
  readonly records: PersonRecords;
}

/** What an evaluation is given: rules, people and the database's clock, all of one transaction. */
export interface EvaluationInput {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly rules: LiveRules;
  readonly people: readonly PersonRecords[];
}

/** An entry or exit that has to be written. */
export interface MembershipDecision {
  readonly segmentId: SegmentId;
  readonly profileId: ProfileId;
  readonly member: boolean;
  readonly segmentVersion: number;
  readonly ruleHash: string;
  readonly proof: Json;
  readonly proofHash: string;
}

/** The proof of a standing membership that has none yet. */
export interface ProofDecision {
  readonly segmentId: SegmentId;
  readonly profileId: ProfileId;
  readonly proof: Json;
  readonly proofHash: string;
}

/** The instant at which time alone changes the answer. */
export interface TimerDecision {
  readonly segmentId: SegmentId;
  readonly profileId: ProfileId;
  readonly dueAt: number;
}

/** What an evaluation decided. Pairs of an evaluated segment and person without a timer have none. */
export interface EvaluationDecision {
  readonly changes: readonly MembershipDecision[];
  readonly proofs: readonly ProofDecision[];
  readonly timers: readonly TimerDecision[];
  /** Accounts with more people than are read, on whose people rests what was decided of whom. */
  readonly crowds: readonly { readonly accountId: ProfileId; readonly profileId: ProfileId }[];
}

/** What is new of people since all rules were last asked about them: nothing but events of these names, and these traits. */
export interface NewRecords {
  readonly eventNames: readonly string[];
  readonly traitKeys: readonly string[];
}

/** Rules that are asked together about some people. */
export interface AskedRules {
  /** Only these segments; null: every live one. */
  readonly segmentIds: readonly SegmentId[] | null;
  readonly needs: RecordsNeeded;
  decide(input: Pick<EvaluationInput, 'now' | 'people'>): EvaluationDecision;
}

/** The questions the store asks while it holds the people's rows. Pure and synchronous. */
export interface Evaluator {
  /** The rules whose answer may differ now; `added` null: anything may be new. */
  asked(rules: LiveRules, added: NewRecords | null): AskedRules;
}

/** A person to evaluate, with what brought them here. */
export interface TouchedProfile {
  readonly profileId: ProfileId;
  readonly cause: MembershipCause;
  readonly eventId: EventId | null;
  /** Events of these names are all that is new of somebody who was asked about before; absent or null: anything may be. */
  readonly eventNames?: readonly string[] | null;
}

export interface EvaluationRequest {
  readonly workspaceId: WorkspaceId;
  /** At most 500. */
  readonly profiles: readonly TouchedProfile[];
  /** Only these segments; absent: every live one. */
  readonly segmentIds?: readonly SegmentId[];
  /** Where the work belongs to a run. */
  readonly fence?: Fence;
  /** Batches that are done with these people: where rules look at accounts, `AccountsTouched` follows for each. */
  readonly batchIds?: readonly BatchId[];
  /** Crowds have just been counted: what is decided asks for no other count. */
  readonly isCounted?: boolean;
  /** Traits that may have been computed from what is new of people who come with the names of their events. */
  readonly computedTraits?: readonly string[];
}

/** An account that events of a batch name. */
export interface NamedAccount {
  readonly accountId: ProfileId;
  /** They say something of it that rules look at. */
  readonly isChanged: boolean;
}

/** What a transaction wrote. `batchId` is null when nothing changed. */
export interface EvaluationOutcome {
  readonly entered: number;
  readonly exited: number;
  readonly batchId: BatchId | null;
}

/** The difference between what is and what a version says, for some people. */
export interface MembershipDiff {
  readonly fence: Fence;
  readonly rule: SegmentRule;
  readonly entering: readonly ProfileId[];
  readonly leaving: readonly ProfileId[];
  /** Epoch milliseconds of the answer. */
  readonly evaluatedAt: number;
  /** Makes the version the one that serves, in the same transaction. */
  readonly flip: boolean;
  /** With `flip`: asked with what serves once nothing else can begin to serve; what it throws ends it, nothing is written. */
  readonly admits?: (live: LiveRules) => void;
  /** Why; absent: an edit. */
  readonly cause?: MembershipCause;
}

/** An instant of the database, and what was behind it: records of older transactions had been committed. */
export interface FillMark {
  /** Epoch milliseconds. */
  readonly now: number;
  /** Every transaction below this id had ended. */
  readonly xid: string;
  /** The live versions of models. */
  readonly models: string;
}

/** What may have changed of people since a mark, as far as some segments look at it. */
export interface ChangedQuestion {
  readonly mark: FillMark;
  /** Segments that were filled: their changes by anything but edits, and members who should be in none. */
  readonly segmentIds: readonly SegmentId[];
  /** Keys of other segments that their rules look up. */
  readonly named: readonly string[];
}

/** Everybody for whom time may turn a segment's answer, and when; people and instants in the same order. */
export interface TimersToSet {
  readonly workspaceId: WorkspaceId;
  readonly segmentId: SegmentId;
  readonly profileIds: readonly ProfileId[];
  /** Epoch milliseconds. */
  readonly dueAt: readonly number[];
}

/** People to be added to a list and taken off it: profile ids, or identifiers of one type. */
export interface ListEdit {
  readonly key: string;
  readonly add: readonly string[];
  readonly remove: readonly string[];
  readonly identifierType: string;
  readonly cause: 'edit' | 'import';
}

/** What an edit of a list came to. */
export interface ListEditOutcome {
  readonly added: number;
  readonly removed: number;
  /** Texts that name nobody, or somebody who is suppressed. */
  readonly unresolved: readonly string[];
  /** Everybody who was named, each once. */
  readonly people: readonly ProfileId[];
}

/** A rule as it serves, or is going to. */
export type RuleToServe = Pick<SegmentRule, 'key' | 'rule'>;

/** A version that is to be filled, and where its segment stands. */
export interface VersionToFill {
  readonly rule: SegmentRule;
  readonly liveVersion: number | null;
  readonly isArchived: boolean;
  /** Epoch milliseconds of the answer that its members were last written from; null: there was none. */
  readonly countedAt: number | null;
}

/** Keys of a workspace's segments, lists included, in their order, by whether they serve. */
export interface SegmentKeys {
  readonly served: readonly string[];
  /** Not served yet. */
  readonly drafts: readonly string[];
  readonly archived: readonly string[];
}

/**
 * Memberships in the source of truth.
 *
 * A caller may rely on: each call of `evaluate` and `applyDiff` is one transaction, under the fence where there is one;
 * a person is evaluated by one transaction at a time, on records read after their row was taken; change versions of a
 * (segment, person) rise by one with each entry and exit; the change log, the outbox row (`MembershipChanged` with a new
 * batch) and the timers are of the same transaction; what is already so is not written again, so that a repeated call
 * changes nothing. The version that serves changes between evaluations, never during one.
 */
export interface SegmentStore {
  /** People whose records these batches changed, each once, in the order of their ids. */
  touchedBy(workspaceId: WorkspaceId, batchIds: readonly BatchId[]): Promise<readonly TouchedProfile[]>;
  /** Accounts that events of these batches name, each once, in the order of their ids. */
  accountsNamed(
    workspaceId: WorkspaceId,
    batchIds: readonly BatchId[],
    needs: AccountRecordsNeeded,
  ): Promise<readonly NamedAccount[]>;
  /** Accounts to which these people belong, or did until their events went elsewhere, in the order of their ids. */
  accountsOf(workspaceId: WorkspaceId, profileIds: readonly ProfileId[]): Promise<readonly ProfileId[]>;
  /** Live people of an account behind an id, in the order of their ids, and since when; null for the beginning. */
  peopleOfAccount(
    workspaceId: WorkspaceId,
    accountId: ProfileId,
    page: { readonly after: ProfileId | null; readonly limit: number },
  ): Promise<readonly { readonly profileId: ProfileId; readonly since: number }[]>;
  /**
   * Asks for an account's people to be counted, once while such a run waits; with `isTold` they are evaluated in any case,
   * and not only when the count has changed.
   */
  askCrowd(workspaceId: WorkspaceId, crowd: CrowdToCount & { readonly isTold: boolean }): Promise<void>;
  /** Keeps what was counted; answers whether it differs from what was known. */
  putCrowd(fence: Fence, accountId: ProfileId, counts: readonly CrowdCount[]): Promise<boolean>;
  /** People with a timer that is due by the database's clock, longest due first. */
  dueTimers(limit: number): Promise<readonly { readonly workspaceId: WorkspaceId; readonly profileId: ProfileId }[]>;
  /** Milliseconds until the next timer is due, 0 when one is; null when there is none. */
  nextTimerMs(): Promise<number | null>;
  evaluate(request: EvaluationRequest, evaluator: Evaluator): Promise<EvaluationOutcome>;
  /** The same records, rules and clock without a lock, for explanations. */
  read(
    workspaceId: WorkspaceId,
    profileIds: readonly ProfileId[],
    needs: (rules: LiveRules) => RecordsNeeded,
  ): Promise<EvaluationInput>;
  liveRules(workspaceId: WorkspaceId): Promise<LiveRules>;
  /** Rules that are going to serve: of each segment the version that is being filled, the latest first, else the live one. */
  rulesToServe(workspaceId: WorkspaceId): Promise<readonly RuleToServe[]>;
  segmentKeys(workspaceId: WorkspaceId): Promise<SegmentKeys>;
  /** Null when there is no such version. */
  versionToFill(workspaceId: WorkspaceId, segmentId: SegmentId, version: number): Promise<VersionToFill | null>;
  /** Everybody who is in now. */
  membersOf(workspaceId: WorkspaceId, segmentId: SegmentId): Promise<readonly ProfileId[]>;
  /** Live people behind an id, in the order of their ids; null for the beginning. */
  profilesAfter(workspaceId: WorkspaceId, after: ProfileId | null, limit: number): Promise<readonly ProfileId[]>;
  /** People who are in no segment whatever their records say, at most so many, in the order of their ids. */
  suppressed(workspaceId: WorkspaceId, limit: number): Promise<readonly ProfileId[]>;
  /** One transaction. Throws COMMAND_NOT_FOUND, COMMAND_NOT_A_LIST, COMMAND_SEGMENT_ARCHIVED. */
  editList(workspaceId: WorkspaceId, edit: ListEdit): Promise<ListEditOutcome>;
  applyDiff(diff: MembershipDiff): Promise<EvaluationOutcome>;
  /** Keeps why a version does not serve although it was published, until it is released or discarded. */
  hold(fence: Fence, rule: SegmentRule, change: { readonly leaving: number; readonly members: number }): Promise<void>;
  /** Where the database stands: taken before records are read, so that `changedSince` names whose were read too early. */
  mark(workspaceId: WorkspaceId): Promise<FillMark>;
  /**
   * People whose records, or memberships that rules look up, changed in transactions from the mark on, and who was taken
   * off the suppression list in one, in order.
   */
  changedSince(workspaceId: WorkspaceId, asked: ChangedQuestion): Promise<readonly ProfileId[]>;
  /**
   * Sets all timers of a segment that an answer about everybody names, of live people; one that stands already is moved to
   * the earlier of both instants. Those that are not due soon need not be of `dueTimers` yet, nor are their people looked
   * up before.
   */
  setTimers(timers: TimersToSet): Promise<void>;
  /** Where a walk over everybody stands, kept with the run. */
  saveCheckpoint(fence: Fence, checkpoint: Json): Promise<void>;
}

/**
 * Segments whose members are counted over everybody and not followed person by person: when they are counted anew.
 *
 * A caller may rely on: each slot of a segment becomes one back-fill of its live version, whoever asks and how often; none
 * while another of the segment is under way.
 */
export interface SegmentRefreshes {
  /** Asks for what is due by the database's clock; answers how many. */
  startDue(limit: number): Promise<number>;
  /** An import has ended: what is counted by itself is due, once everybody whom the import brought is known. */
  afterImport(workspaceId: WorkspaceId): Promise<void>;
}
