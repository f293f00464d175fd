import {
  DEFAULT_REVIEW_LOW,
  DEFAULT_THRESHOLD,
  inferFields,
  LEVEL_NAMES,
  linkTable,
  linkageErrors,
  probabilityOf,
  TableEncoder,
  type LinkField,
  type LinkOutcome,
  type PairRunner,
} from '@kohort/identity-linkage';
import type {
  Json,
  JobControl,
  LinkCandidate,
  LinkPerson,
  LinkStore,
  ProfileId,
  RunContext,
  RunParams,
  WorkspaceId,
} from '@kohort/kernel-contracts';
import { defineErrors } from '@kohort/kernel-errors';
import { tellingTraits } from './telling-traits';

/** What looking for pairs needs. */
export interface LinkProfilesPorts {
  readonly store: LinkStore;
  /** Compares pairs, in this thread or on others. */
  readonly runner: (control: JobControl) => PairRunner;
}

const PEOPLE_AT_ONCE = 2_000;
const MOST_PROFILES = 100_000;
/** More pairs than this nobody looks through; the likeliest are kept. */
const MOST_PAIRS = 100_000;

const linkErrors = defineErrors({
  IDENTITY_TOO_MANY_PROFILES: {
    kind: 'unsuitable-data',
    message: (d) => `there are more than ${String(d['most'])} profiles: raise maxProfiles`,
  },
});

type Params = RunParams<'identity.link'>;

/** A value as the linkage reads cells; what is no plain value is missing. */
function cellOf(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

async function wantedFields(store: LinkStore, workspaceId: WorkspaceId, { fields }: Params) {
  const keys = await store.traitKeys(workspaceId);
  const unknown = fields?.find(({ trait }) => !keys.includes(trait));
  if (unknown)
    throw linkageErrors.LINKAGE_COLUMN_MISSING({ column: unknown.trait, columns: keys.slice(0, 50).join(', ') });
  const wanted = fields ?? tellingTraits(keys).map((trait) => ({ trait, type: undefined }));
  return wanted.map(({ trait, type }) => ({ column: trait, type }));
}

/** Everybody's cells, page by page; the first page says what the fields are. */
async function readPeople(store: LinkStore, context: RunContext, params: Params) {
  const { workspaceId } = context.run;
  const wanted = await wantedFields(store, workspaceId, params);
  const most = params.maxProfiles ?? MOST_PROFILES;
  const traits = wanted.map(({ column }) => column);
  const ids: ProfileId[] = [];
  const next = (): Promise<readonly LinkPerson[]> => {
    context.signal.throwIfAborted();
    return store.people(workspaceId, { traits, after: ids.at(-1) ?? null, limit: PEOPLE_AT_ONCE });
  };
  let people = await next();
  const firsts = people;
  const fields = inferFields(wanted, (column) => firsts.map((person) => cellOf(person.traits[column])));
  const encoder = new TableEncoder(fields);
  for (; people.length > 0; people = await next()) {
    for (const { profileId, traits: of } of people) {
      ids.push(profileId);
      encoder.add(traits.map((trait) => cellOf(of[trait])));
    }
    if (ids.length > most) throw linkErrors.IDENTITY_TOO_MANY_PROFILES({ most });
    context.onProgress({ phase: 'reading people', done: ids.length, total: null });
  }
  return { ids, fields, encoder };
}

const round = (bits: number): number => Math.round(bits * 1000) / 1000;

/** The likeliest pairs, each with what every field says of it; the evidence names fields, never their values. */
function candidatesOf(
  { decided, scorer }: LinkOutcome,
  ids: readonly ProfileId[],
  fields: readonly LinkField[],
): LinkCandidate[] {
  const { first, second, bits, isMatch } = decided;
  const places = Array.from(bits, (_, p) => p).sort((p, q) => (bits[q] ?? 0) - (bits[p] ?? 0) || p - q);
  return places.slice(0, MOST_PAIRS).flatMap((p): LinkCandidate[] => {
    const [i, j, weight] = [first[p], second[p], bits[p]];
    if (i === undefined || j === undefined || weight === undefined) return [];
    const [a, b] = [ids[i], ids[j]];
    if (a === undefined || b === undefined) return [];
    const evidence = scorer.explain(i, j).map((part) => ({
      trait: fields[part.field]?.column ?? '',
      level: LEVEL_NAMES[part.level] ?? 'missing',
      weight: round(part.bits + part.rarityBits),
    }));
    // People come in the order of their ids, and so do the two of a pair.
    return [
      {
        profileIds: [a, b],
        probability: probabilityOf(weight),
        weight,
        verdict: isMatch[p] ? 'match' : 'review',
        evidence,
      },
    ];
  });
}

/**
 * Looks for people who may be one, by the traits that were stated of them, and keeps the pairs for review. Nobody is
 * merged by it.
 *
 * Promise   at least once; the run's pairs are put in one transaction
 * Resume    from the start; the same people and seed give the same pairs
 * Size      4 bytes a cell and each distinct value once; the 100,000 likeliest pairs
 * Throws    IDENTITY_TOO_MANY_PROFILES, LINKAGE_*; what the signal says
 */
export async function linkProfiles(
  { store, runner }: LinkProfilesPorts,
  context: RunContext,
  params: Params,
): Promise<Json> {
  const { ids, fields, encoder } = await readPeople(store, context, params);
  const { signal, onProgress } = context;
  const threshold = params.threshold ?? DEFAULT_THRESHOLD;
  const reviewLow = params.reviewLow ?? Math.min(DEFAULT_REVIEW_LOW, threshold);
  const control = { signal, onProgress };
  const outcome = await linkTable(
    encoder.finish(),
    { threshold, reviewLow, seed: params.seed ?? 1 },
    { runner: runner(control), ...control },
  );
  signal.throwIfAborted();
  const candidates = candidatesOf(outcome, ids, fields);
  const open = await store.put(context.fence, candidates);
  return {
    profiles: ids.length,
    fields: fields.map(({ column, type }) => ({ trait: column, type })),
    compared: outcome.candidates,
    matches: outcome.decided.matches,
    reviews: outcome.decided.reviews,
    kept: candidates.length,
    open,
  };
}
