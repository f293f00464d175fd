import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { sql } from 'kysely';
import { storedDecision } from '@kohort/identity-domain';
import { linkProfiles } from '@kohort/identity-flow';
import { inlineRunner } from '@kohort/identity-linkage';
import { systemClock } from '@kohort/kernel-clock-random';
import { batchIdSchema, runIdSchema, runParams, type WorkspaceId } from '@kohort/kernel-contracts';
import { identityStore, linkStore, runHandler } from '@kohort/platform-postgres';
import { PEOPLE_COLUMNS, peopleWorld } from '@kohort/testing-worlds';
import { GatewayRig } from './gateway-rig';

const folder = process.env['KOHORT_DATA_DIR'] ?? join(__dirname, '..', '..', '..', '..', '..', 'shared', 'data');
const file = (name: string): string => join(folder, 'febrl', name);
const read = (name: string): string[][] => parse(gunzipSync(readFileSync(file(name))));
const MOST = 300;

/** Records with a name each, and the pairs of names that are one person. */
function people(): { header: readonly string[]; rows: readonly (readonly string[])[]; pairs: readonly string[] } {
  const isThere = existsSync(file('dataset1.csv.gz'));
  const world = peopleWorld({ records: MOST, seed: 3 });
  const [header = [], ...all] = isThere ? read('dataset1.csv.gz') : [[...PEOPLE_COLUMNS], ...world.rows()];
  const rows = all.slice(0, MOST);
  const names = new Set(rows.map(([name]) => name));
  const truth = isThere ? read('dataset1_true_pairs.csv.gz').slice(1) : [...world.truePairs()];
  const pairs = truth.filter((pair) => pair.every((name) => names.has(name))).map((pair) => [...pair].sort().join(' '));
  return { header, rows, pairs };
}

const failure = '... on Failure { __typename code message }';
const CANDIDATE =
  'probability weight verdict state decidedBy profileIds profiles { id canonicalId mergedInto } evidence { trait level weight }';
const FIND = `mutation ($input: FindLinkCandidatesInput!) { answer: findLinkCandidates(input: $input) {
  ... on Job { __typename id job status } ${failure} } }`;
const LIST = `query ($state: LinkCandidateState, $min: Float, $first: Int!, $after: Cursor) {
  linkCandidates(state: $state, minProbability: $min, first: $first, after: $after) {
    nodes { ${CANDIDATE} } pageInfo { hasNextPage endCursor } } }`;
const decide = (name: string): string => `mutation ($a: ID!, $b: ID!) { answer: ${name}LinkCandidate(a: $a, b: $b) {
  ... on LinkCandidate { __typename ${CANDIDATE} } ${failure} } }`;

interface Shown {
  readonly probability: number;
  readonly weight: number;
  readonly verdict: string;
  readonly state: string;
  readonly profileIds: readonly [string, string];
  readonly profiles: readonly {
    readonly id: string;
    readonly canonicalId: string;
    readonly mergedInto: string | null;
  }[];
  readonly evidence: readonly { readonly trait: string; readonly level: string; readonly weight: number }[];
}

describe('people who may be one, over GraphQL', () => {
  const { header, rows, pairs } = people();
  let rig: GatewayRig;
  let workspaceId: WorkspaceId;
  let stranger: WorkspaceId;
  let key: string;
  let foreign: string;
  beforeAll(async () => {
    rig = await GatewayRig.start();
    workspaceId = await rig.db.addWorkspace('Ours');
    stranger = await rig.db.addWorkspace('Theirs');
    key = (await rig.key(workspaceId)).text;
    foreign = (await rig.key(stranger)).text;
    const source = randomUUID();
    const batchId = batchIdSchema.parse(randomUUID());
    await query(sql`insert into source (workspace_id, id, key, name, kind)
      values (${workspaceId}, ${source}, 'crm', 'CRM', 'import')`);
    await query(sql`insert into batch (workspace_id, id, kind) values (${workspaceId}, ${batchId}, 'events')`);
    const events = rows.map((row) => ({
      id: randomUUID(),
      name: row[0],
      traits: Object.fromEntries(
        header
          .slice(1)
          .map((column, i) => [column, row[i + 1] ?? ''])
          .filter(([, x]) => x),
      ),
    }));
    await query(sql`insert into event (workspace_id, id, received_at, batch_id, source_id, message_id, type, user_id, traits, ts)
      select ${workspaceId}, r.id, now(), ${batchId}, ${source}, r.id::text, 'identify', r.name, r.traits, now() - interval '1 hour'
      from json_to_recordset(${JSON.stringify(events)}::json) as r (id uuid, name text, traits jsonb)`);
    const store = identityStore(rig.db.database, { screen: null });
    await store.applyBatches({ workspaceId, batchIds: [batchId] }, storedDecision);
  });
  afterAll(() => rig.stop());

  const query = <T>(statement: ReturnType<typeof sql<T>>, of = workspaceId): Promise<T[]> =>
    rig.db.database.inWorkspace(of, async (tx) => (await statement.execute(tx)).rows);
  async function ask<T>(text: string, variables: Record<string, unknown>, by = key): Promise<T> {
    const answered = await rig.ask(by, text, variables);
    expect(answered.errors).toEqual([]);
    return JSON.parse(JSON.stringify(answered.data));
  }
  async function list(variables: Record<string, unknown>, by = key): Promise<Shown[]> {
    const all: Shown[] = [];
    for (let after: string | null = null, more = true; more;) {
      const page: { linkCandidates: { nodes: Shown[]; pageInfo: { hasNextPage: boolean; endCursor: string | null } } } =
        await ask(LIST, { first: 17, ...variables, after }, by);
      all.push(...page.linkCandidates.nodes);
      after = page.linkCandidates.pageInfo.endCursor;
      more = page.linkCandidates.pageInfo.hasNextPage;
    }
    return all;
  }
  const act = async (name: string, [a, b]: readonly string[], by = key): Promise<Record<string, unknown>> =>
    (await ask<{ answer: Record<string, unknown> }>(decide(name), { a, b }, by)).answer;
  async function run(
    input: object,
  ): Promise<{ status: string; result: Record<string, number> | null; code: string | null }> {
    const { answer } = await ask<{ answer: { id: string; job: string } }>(FIND, { input });
    expect(answer).toMatchObject({ __typename: 'Job', job: 'identity.link', status: 'QUEUED' });
    const handle = runHandler({
      database: rig.db.database,
      clock: systemClock,
      params: runParams['identity.link'],
      flow: (context, params) =>
        linkProfiles(
          { store: linkStore(rig.db.database), runner: ({ signal }) => inlineRunner(signal) },
          context,
          params,
        ),
    });
    const control = { signal: new AbortController().signal, isLastAttempt: true };
    await handle({ workspaceId, runId: runIdSchema.parse(answer.id) }, control);
    const [row] = await query(
      sql<{ status: string; result: Record<string, number> | null; code: string | null }>`
        select status, result, error->>'code' as code from run where id = ${answer.id}`,
    );
    return row ?? { status: 'none', result: null, code: null };
  }
  const nameOf = (pair: Shown): string =>
    pair.profiles
      .map(({ canonicalId }) => canonicalId)
      .sort()
      .join(' ');

  it('finds the true pairs, remembers decisions, merges so that it can be taken back, and shows nothing to strangers', async () => {
    const first = await run({});
    expect(first).toMatchObject({ status: 'succeeded', result: { profiles: MOST } });
    const found = await list({});
    const matches = found.filter(({ verdict }) => verdict === 'MATCH');
    const right = matches.filter((pair) => pairs.includes(nameOf(pair)));
    const [precision, recall] = [right.length / matches.length, right.length / pairs.length];
    process.stderr.write(
      `${MOST} records, ${pairs.length} true pairs: precision ${precision.toFixed(4)}, recall ${recall.toFixed(4)}\n`,
    );
    expect(pairs.length).toBeGreaterThan(20);
    expect(precision).toBeGreaterThanOrEqual(0.95);
    expect(recall).toBeGreaterThanOrEqual(0.95);

    expect(found.length).toBe(first.result?.['open']);
    expect(new Set(found.map(({ profileIds }) => profileIds.join())).size).toBe(found.length);
    const weights = found.map(({ weight }) => weight);
    expect(weights).toEqual([...weights].sort((x, y) => y - x));
    expect((await list({ min: 0.9 })).length).toBe(found.filter(({ probability }) => probability >= 0.9).length);
    // The evidence names traits and levels; no value that was compared is in the table.
    expect(found[0]?.evidence.map(({ trait }) => trait)).toEqual(expect.arrayContaining(['given_name', 'surname']));
    const kept = (
      await query(sql<{ text: string }>`select string_agg(evidence::text, ' ') as text from link_candidate`)
    )[0];
    const surname = header.indexOf('surname');
    for (const row of rows) if ((row[surname] ?? '').length > 6) expect(kept?.text).not.toContain(row[surname]);

    // Strangers see none and decide nothing.
    const [one, two, three] = right;
    if (!one || !two || !three) throw new RangeError('three pairs are needed');
    expect(await list({}, foreign)).toEqual([]);
    expect(await act('accept', one.profileIds, foreign)).toMatchObject({ __typename: 'NotFound' });
    expect(await act('reject', one.profileIds, foreign)).toMatchObject({ __typename: 'NotFound' });
    expect(await query(sql`select 1 from link_candidate`, stranger)).toEqual([]);
    expect(await act('accept', ['x', 'y'])).toMatchObject({ __typename: 'NotFound' });

    // Accepted: one person, by linkage; the order of the two does not matter, and a repeat changes nothing.
    const accepted = await act('accept', [...one.profileIds].reverse());
    expect(accepted).toMatchObject({ __typename: 'LinkCandidate', state: 'ACCEPTED', decidedBy: expect.any(String) });
    expect(await act('accept', one.profileIds)).toEqual(accepted);
    expect(await act('reject', one.profileIds)).toMatchObject({
      __typename: 'Conflict',
      code: 'IDENTITY_LINK_ACCEPTED',
    });
    const alive = sql<{ id: string }>`select id from profile where merged_into is null`;
    expect(await query(alive)).toHaveLength(MOST - 1);
    const history = await ask<{ profile: { mergeHistory: { nodes: { id: string; kind: string; cause: string }[] } } }>(
      'query ($id: ID!) { profile(id: $id) { mergeHistory(first: 5) { nodes { id kind cause } } } }',
      { id: one.profileIds[0] },
    );
    const [entry] = history.profile.mergeHistory.nodes;
    expect(entry).toMatchObject({ kind: 'MERGED', cause: 'LINKAGE' });

    // Rejected, and merged by hand meanwhile.
    expect(await act('reject', two.profileIds)).toMatchObject({ state: 'REJECTED' });
    await ask('mutation ($p: [ID!]!) { answer: mergeProfiles(profiles: $p) { __typename } }', { p: three.profileIds });
    expect((await list({ state: 'GONE' })).map(nameOf)).toHaveLength(1);
    expect(await act('accept', three.profileIds)).toMatchObject({ __typename: 'Conflict', code: 'IDENTITY_LINK_GONE' });

    // A second run leaves what was decided, and takes away the pair that is no more.
    const second = await run({ fields: header.slice(1).map((trait) => ({ trait })), seed: 2 });
    expect(second).toMatchObject({ status: 'succeeded', result: { profiles: MOST - 2 } });
    expect((await list({ state: 'REJECTED' })).map(({ profileIds }) => profileIds)).toEqual([two.profileIds]);
    expect((await list({ state: 'ACCEPTED' })).map(({ profileIds }) => profileIds)).toEqual([one.profileIds]);
    expect(await list({ state: 'GONE' })).toEqual([]);
    expect((await list({ state: 'OPEN' })).length).toBe(second.result?.['open']);

    // Taken back: two people again, and the pair is not offered again.
    const parted = await ask<{ answer: object }>(
      'mutation ($merge: ID!) { answer: unmergeProfile(merge: $merge) { ... on Parting { isApart profiles { id } } } }',
      { merge: entry?.id },
    );
    expect(parted.answer).toMatchObject({ isApart: true, profiles: { length: 2 } });
    const back = new Set((await query(alive)).map(({ id }) => id));
    expect(one.profileIds.map((id) => back.has(id))).toEqual([true, true]);
    await run({});
    expect((await list({ state: 'REJECTED' })).map(({ profileIds }) => profileIds.join()).sort()).toEqual(
      [one, two].map(({ profileIds }) => profileIds.join()).sort(),
    );
  });

  it('says what is wrong with what was asked', async () => {
    const refused = await ask<{ answer: object }>(FIND, { input: { threshold: 0.5, reviewLow: 0.7 } });
    expect(refused.answer).toMatchObject({ __typename: 'InvalidInput' });
    expect(await run({ fields: [{ trait: 'shoe_size' }] })).toMatchObject({
      status: 'failed',
      code: 'LINKAGE_COLUMN_MISSING',
    });
    expect(await run({ maxProfiles: 100 })).toMatchObject({ status: 'failed', code: 'IDENTITY_TOO_MANY_PROFILES' });
  });
});
