import { randomUUID } from 'node:crypto';
import { GatewayRig } from './gateway-rig';
import { operationsOf } from './operations';
import { seedWorld, type SeededWorld } from './seed-world';

/** Nothing of theirs may be found by us, in any way an API can be asked; every text of theirs carries their mark. */
describe('the wall between workspaces, asked through the API', () => {
  let rig: GatewayRig;
  let theirs: SeededWorld;
  let key: string;
  const mark = 'canary7f3a';
  beforeAll(async () => {
    rig = await GatewayRig.start();
    theirs = await seedWorld(rig.db.database, await rig.db.addWorkspace('Theirs'), mark);
    key = (await rig.key(await rig.db.addWorkspace('Ours'))).text;
  });
  afterAll(() => rig.stop());

  it('shows no byte of theirs to any query with their ids', async () => {
    const foreign = [
      theirs.segmentId,
      theirs.modelId,
      theirs.syncId,
      theirs.runId,
      theirs.jobId,
      ...theirs.people,
      ...theirs.eventIds,
    ];
    const operations = Object.entries(operationsOf(theirs));
    expect(operations.length).toBeGreaterThan(15);
    for (const [name, operation] of operations) {
      const answered = await rig.ask(key, operation);
      expect({ name, errors: answered.errors }).toEqual({ name, errors: [] });
      for (const secret of [mark, ...foreign]) expect(answered.text).not.toContain(secret);
    }
  });

  it('answers the same for foreign and for unknown things', async () => {
    const lookups = (id: string, segment: string) =>
      `{ profile(id: "${id}") { id } segment(key: "${segment}") { id } membership(profile: "${id}", segment: "${segment}") { member }
         score(profile: "${id}", model: "${segment}") { version } sync(id: "${id}") { id } syncRun(id: "${id}") { id } job(id: "${id}") { id } }`;
    const foreign = await rig.ask(key, lookups(theirs.people[0], 'pro'));
    const unknown = await rig.ask(key, lookups(randomUUID(), 'nothing'));
    const malformed = await rig.ask(key, lookups("x'; drop table run; --", 'nothing'));
    expect(foreign.data).toEqual({
      profile: null,
      segment: null,
      membership: null,
      score: null,
      sync: null,
      syncRun: null,
      job: null,
    });
    expect(unknown.data).toEqual(foreign.data);
    expect(malformed.data).toEqual(foreign.data);
  });

  it('answers NotFound to every mutation with their ids and keys', async () => {
    const mutations = [
      'mutation { answer: publishSegment(key: "pro") { __typename } }',
      'mutation { answer: archiveSegment(key: "pro") { __typename } }',
      `mutation { answer: runSync(id: "${theirs.syncId}") { __typename } }`,
      `mutation { answer: dryRunSync(id: "${theirs.syncId}") { __typename } }`,
      `mutation { answer: testDestination(id: "${theirs.destinationId}") { __typename } }`,
      `mutation { answer: cancelJob(id: "${theirs.jobId}") { __typename } }`,
      `mutation { answer: revokeApiKey(id: "${randomUUID()}") { __typename } }`,
      'mutation { answer: createSync(input: { destination: "hook", segment: "pro" }) { __typename } }',
      'mutation { answer: profileQuality(input: { source: "web" }) { __typename } }',
      'mutation { answer: importRecords(input: { artifactKey: "a", fileName: "a.csv", source: "web", mapping: "x" }) { __typename } }',
    ];
    for (const mutation of mutations) {
      const answered = await rig.ask(key, mutation);
      expect({ mutation, errors: answered.errors, data: answered.data }).toEqual({
        mutation,
        errors: [],
        data: { answer: { __typename: 'NotFound' } },
      });
    }
    const untouched = await rig.db.database.inWorkspace(theirs.workspaceId, (tx) =>
      tx.selectFrom('run').select(['status', 'cancel_requested']).where('id', '=', theirs.jobId).executeTakeFirst(),
    );
    expect(untouched).toEqual({ status: 'running', cancel_requested: false });
  });

  it('does not take their cursors', async () => {
    const theirKey = (await rig.key(theirs.workspaceId)).text;
    const head = await rig.ask(theirKey, '{ changeLog { head } }');
    const { changeLog } = head.data as unknown as { changeLog: { head: string } };
    expect(changeLog.head.length).toBeGreaterThan(20);
    const ours = await rig.ask(key, '{ changeLog { head } }');
    expect((ours.data as unknown as { changeLog: { head: string } }).changeLog.head).not.toBe(changeLog.head);
  });

  it('lets an equal key exist on both sides', async () => {
    const made = await rig.ask(
      key,
      'mutation { answer: createSource(input: { key: "web", name: "Web" }) { __typename } }',
    );
    expect(made.data).toEqual({ answer: { __typename: 'NewSource' } });
  });
});
