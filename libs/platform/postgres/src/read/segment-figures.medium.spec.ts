import { randomUUID } from 'node:crypto';
import { manualClock, seededRandom } from '@kohort/kernel-clock-random';
import {
  profileIdSchema,
  segmentIdSchema,
  type MembershipRecord,
  type Page,
  type ProfileId,
  type SegmentId,
  type SizePoint,
  type WorkspaceId,
  type WorkspaceReader,
} from '@kohort/kernel-contracts';
import { startTestDatabase, type TestDatabase } from '../test-database';
import { readAdapter } from './read.adapter';

const CAUSES = ['event', 'time', 'edit', 'merge', 'import', 'model', 'erasure'] as const;
const HOUR = 3_600_000;

interface Change {
  readonly segment: number;
  readonly person: number;
  readonly kind: 'entered' | 'exited';
  readonly version: number;
  readonly at: number;
  readonly cause: (typeof CAUSES)[number];
}

interface History {
  readonly seed: number;
  readonly people: number;
  readonly segments: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** People in and out at random, each alternating; some never. In the order of time. */
function historyOf({ seed, people, segments, fromMs, toMs }: History): readonly Change[] {
  const random = seededRandom(seed);
  const below = (n: number): number => Math.floor(random.next() * n);
  const changes: Change[] = [];
  for (let segment = 0; segment < segments; segment += 1) {
    for (let person = 0; person < people; person += 1) {
      const instants = Array.from({ length: below(6) }, () => fromMs + below(toMs - fromMs)).sort((a, b) => a - b);
      instants.forEach((at, i) => {
        const kind = i % 2 === 0 ? 'entered' : 'exited';
        const cause = CAUSES[below(CAUSES.length)] ?? 'event';
        changes.push({ segment, person, kind, version: i + 1, at, cause });
      });
    }
  }
  return changes.sort((a, b) => a.at - b.at || a.version - b.version);
}

describe('figures over the change log', () => {
  let db: TestDatabase;

  beforeAll(async () => {
    db = await startTestDatabase();
  });
  afterAll(() => db.stop());

  /** Writes a history as the evaluation would have left it. */
  async function write(workspaceId: WorkspaceId, of: History) {
    const changes = historyOf(of);
    const random = seededRandom(of.seed + 1);
    const profiles = Array.from({ length: of.people }, () => profileIdSchema.parse(randomUUID()));
    const seen = profiles.map(() => of.fromMs + Math.floor((random.next() * 2 - 1) * (of.toMs - of.fromMs)));
    const segments = Array.from({ length: of.segments }, () => segmentIdSchema.parse(randomUUID()));
    const members = new Map<string, Change>();
    for (const change of changes) members.set(`${String(change.segment)}/${String(change.person)}`, change);
    const size = (segment: number) =>
      [...members.values()].filter((last) => last.segment === segment && last.kind === 'entered').length;
    const ids = ({ segment, person }: Change) => ({
      workspace_id: workspaceId,
      segment_id: segments[segment] as SegmentId,
      profile_id: profiles[person] as ProfileId,
      segment_version: 1,
    });
    await db.database.inWorkspace(workspaceId, async (tx) => {
      const rows = profiles.map((id, i) => {
        const [first_seen_at, last_seen_at] = [new Date(seen[i] ?? 0), new Date(of.toMs)];
        return { workspace_id: workspaceId, id, canonical_id: id, first_seen_at, last_seen_at };
      });
      await tx.insertInto('profile').values(rows).execute();
      const base = { workspace_id: workspaceId, kind: 'rule', status: 'live', live_version: 1 };
      await tx
        .insertInto('segment')
        .values(segments.map((id, i) => ({ ...base, id, key: `s${String(i)}`, name: `S${String(i)}`, size: size(i) })))
        .execute();
      const last = [...members.values()].map((change) => {
        const [member, at] = [change.kind === 'entered', new Date(change.at)];
        return {
          ...ids(change),
          member,
          change_version: change.version,
          cause: change.cause,
          entered_at: at,
          exited_at: member ? null : at,
        };
      });
      for (let i = 0; i < last.length; i += 1_000)
        await tx
          .insertInto('membership')
          .values(last.slice(i, i + 1_000))
          .execute();
      const log = changes.map((change) => ({
        ...ids(change),
        batch_id: randomUUID(),
        segment_key: `s${String(change.segment)}`,
        kind: change.kind,
        change_version: change.version,
        rule_hash: Buffer.alloc(32),
        evaluated_at: new Date(change.at),
        recorded_at: new Date(change.at),
        cause: change.cause,
      }));
      for (let i = 0; i < log.length; i += 1_000)
        await tx
          .insertInto('membership_change')
          .values(log.slice(i, i + 1_000))
          .execute();
    });
    return { changes, profiles, seen, segments };
  }

  const readerAt = (workspaceId: WorkspaceId, now: number): WorkspaceReader =>
    readAdapter({ database: db.database, clock: manualClock(now) }).forWorkspace(workspaceId, now + 60_000);

  const inZone = async (zone: string): Promise<WorkspaceId> => {
    const id = await db.addWorkspace();
    await db.database.inWorkspace(id, (tx) => tx.updateTable('workspace').set({ time_zone: zone }).execute());
    return id;
  };

  /** Who is in a segment by replaying the log up to an instant. */
  const membersAt = (changes: readonly Change[], segment: number, at: number): Set<number> => {
    const inside = new Set<number>();
    for (const change of changes) {
      if (change.segment !== segment || change.at >= at) continue;
      if (change.kind === 'entered') inside.add(change.person);
      else inside.delete(change.person);
    }
    return inside;
  };

  describe('the history of a size', () => {
    const dayIn = (zone: string) => {
      const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' });
      return (ms: number): string => format.format(ms);
    };

    function expectReplayed(changes: readonly Change[], segment: number, points: readonly SizePoint[]): void {
      for (const [i, point] of points.entries()) {
        const within = changes.filter(
          (change) => change.segment === segment && change.at >= point.fromMs && change.at < point.toMs,
        );
        const entered = within.filter(({ kind }) => kind === 'entered').length;
        const size = membersAt(changes, segment, point.toMs).size;
        expect(point).toMatchObject({ size, entered, exited: within.length - entered });
        expect(points[i + 1]?.fromMs ?? point.toMs).toBe(point.toMs);
      }
    }

    it.each([
      ['Europe/Berlin', '2026-03-20T00:00Z', '2026-04-05T00:00Z', 11],
      ['America/New_York', '2025-10-25T00:00Z', '2025-11-10T00:00Z', 12],
      ['Australia/Lord_Howe', '2026-03-28T00:00Z', '2026-04-12T00:00Z', 13],
      ['America/Sao_Paulo', '2018-10-28T00:00Z', '2018-11-12T00:00Z', 14],
      ['Asia/Kolkata', '2026-01-01T00:00Z', '2026-01-15T00:00Z', 15],
    ])('is what a replay of the log says, in %s', async (zone, from, to, seed) => {
      const [fromMs, toMs] = [Date.parse(from), Date.parse(to)];
      const workspaceId = await inZone(zone);
      const { changes, segments } = await write(workspaceId, { seed, people: 150, segments: 2, fromMs, toMs });
      const figures = readerAt(workspaceId, toMs + 24 * HOUR).segmentFigures;
      const dayOf = dayIn(zone);
      for (const [segment, segmentId] of segments.entries()) {
        const asked = { segmentId, fromMs: fromMs + 30 * HOUR + 1, toMs: toMs - 77 * HOUR };
        const byDay = await figures.sizeHistory({ ...asked, step: 'day' });
        expect(byDay.timeZone).toBe(zone);
        expect(byDay.points.length).toBeGreaterThan(9);
        expectReplayed(changes, segment, byDay.points);
        for (const point of byDay.points) {
          expect(dayOf(point.fromMs - 1)).not.toBe(dayOf(point.fromMs));
          expect(dayOf(point.toMs - 1)).toBe(dayOf(point.fromMs));
          expect(dayOf(point.toMs)).not.toBe(dayOf(point.fromMs));
        }
        expect(dayOf(byDay.points[0]?.fromMs ?? 0)).toBe(dayOf(asked.fromMs));
        expect(dayOf(byDay.points.at(-1)?.fromMs ?? 0)).toBe(dayOf(asked.toMs - 1));
        const byHour = await figures.sizeHistory({ ...asked, step: 'hour' });
        expectReplayed(changes, segment, byHour.points);
        expect(new Set(byHour.points.map((point) => point.toMs - point.fromMs))).toEqual(new Set([HOUR]));
        expect(byHour.volatility).toBeGreaterThan(0);
      }
    });

    it('ends with the step that is running, and has nobody in what does not exist', async () => {
      const [fromMs, toMs] = [Date.parse('2026-05-01T00:00Z'), Date.parse('2026-05-04T10:00Z')];
      const workspaceId = await inZone('UTC');
      const { changes, segments } = await write(workspaceId, { seed: 21, people: 60, segments: 1, fromMs, toMs });
      const figures = readerAt(workspaceId, toMs).segmentFigures;
      const asked = { fromMs, toMs: toMs + 1_000 * 24 * HOUR, step: 'day' } as const;
      const { points } = await figures.sizeHistory({ ...asked, segmentId: segments[0] as SegmentId });
      expect(points).toHaveLength(4);
      expectReplayed(changes, 0, points);
      const none = await figures.sizeHistory({ ...asked, segmentId: segmentIdSchema.parse(randomUUID()) });
      expect(none.points.every(({ size, entered, exited }) => size + entered + exited === 0)).toBe(true);
      expect(none).toMatchObject({ volatility: null, timeZone: 'UTC' });
    });

    it('refuses a range that has not begun or is too long', async () => {
      const figures = readerAt(await inZone('UTC'), 1e12).segmentFigures;
      const segmentId = segmentIdSchema.parse(randomUUID());
      for (const range of [
        { fromMs: 1e12 + 1, toMs: 2e12 },
        { fromMs: 0, toMs: 1e12 },
        { fromMs: 5, toMs: 5 },
      ]) {
        const history = figures.sizeHistory({ ...range, segmentId, step: 'hour' });
        await expect(history).rejects.toMatchObject({ code: 'READ_RANGE_INVALID' });
      }
    });
  });

  describe('segments against each other', () => {
    const [fromMs, toMs] = [Date.parse('2026-02-01T00:00Z'), Date.parse('2026-03-01T00:00Z')];
    const now = toMs + HOUR;
    const world = async (seed: number) => {
      const workspaceId = await inZone('UTC');
      const made = await write(workspaceId, { seed, people: 120, segments: 6, fromMs, toMs });
      return { ...made, reader: readerAt(workspaceId, now) };
    };
    const inBoth = (a: ReadonlySet<number>, b: ReadonlySet<number>): number =>
      [...a].filter((one) => b.has(one)).length;

    it.each([31, 32, 33])('share the people that a replay leaves in both (seed %d)', async (seed) => {
      const { changes, segments, reader } = await world(seed);
      const members = segments.map((_, segment) => membersAt(changes, segment, now));
      const expected = segments.flatMap((a, i) =>
        segments.flatMap((b, j) => {
          const people = inBoth(members[i] ?? new Set(), members[j] ?? new Set());
          return j < i || people === 0 ? [] : [{ a, b, people }];
        }),
      );
      expect(expected.length).toBeGreaterThan(15);
      expect(await reader.segmentFigures.overlap(segments)).toEqual(expected);
    });

    it.each([61, 62])('show who was in at an instant, page by page (seed %d)', async (seed) => {
      const { changes, segments, profiles, reader } = await world(seed);
      for (const [segment, segmentId] of segments.entries()) {
        const at = fromMs + (3 + 4 * segment) * 24 * HOUR;
        const latest = (person: number) =>
          changes.filter((one) => one.segment === segment && one.person === person && one.at < at).at(-1);
        const expected = [...membersAt(changes, segment, at)].map((person) => {
          const { version, at: enteredAt, cause } = latest(person) as Change;
          const profileId = profiles[person] as ProfileId;
          const entry = { segmentId, profileId, member: true, changeVersion: version, segmentVersion: 1 };
          return { ...entry, enteredAt, exitedAt: null, cause };
        });
        expected.sort((a, b) => (a.profileId < b.profileId ? -1 : 1));
        const found: MembershipRecord[] = [];
        let after: string | null = null;
        for (let more = true; more;) {
          const page: Page<MembershipRecord> = await reader.segments.membersAsOf(segmentId, at, { first: 7, after });
          found.push(...page.items.map(({ node }) => node));
          [after, more] = [page.items.at(-1)?.cursor ?? null, page.hasNextPage];
        }
        expect(found).toEqual(expected);
        expect(found.length).toBeGreaterThan(0);
      }
    });

    it('are at most twenty, each once', async () => {
      const { segments, reader } = await world(34);
      const twice = [...segments, segments[0] as SegmentId];
      const many = Array.from({ length: 21 }, () => segmentIdSchema.parse(randomUUID()));
      for (const ids of [[], twice, many]) {
        const refused = { code: 'READ_SEGMENTS_OUT_OF_RANGE' };
        await expect(reader.segmentFigures.overlap(ids)).rejects.toMatchObject(refused);
        const migration = reader.segmentFigures.migration({ from: segments, to: ids, fromMs, toMs });
        await expect(migration).rejects.toMatchObject(refused);
      }
      expect(await reader.segmentFigures.overlap(many.slice(0, 20))).toEqual([]);
    });

    it.each([
      [41, 5, 20],
      [42, 20, 5],
      [43, 0, 14],
      [44, 14, 60],
    ])('hand people on as a replay says (seed %d, day %d to day %d)', async (seed, day1, day2) => {
      const { changes, segments, reader } = await world(seed);
      const [at1, at2] = [fromMs + day1 * 24 * HOUR, fromMs + day2 * 24 * HOUR];
      const [first, second] = [
        [0, 1, 2],
        [2, 3, 4, 5],
      ];
      const sets = (which: readonly number[], at: number) =>
        which.map((segment) => ({ id: segments[segment] ?? null, people: membersAt(changes, segment, at) }));
      const [before, after] = [sets(first, at1), sets(second, at2)];
      const everybody = new Set([...before, ...after].flatMap(({ people }) => [...people]));
      const without = (set: typeof before) => {
        const held = new Set(set.flatMap(({ people }) => [...people]));
        return { id: null, people: new Set([...everybody].filter((person) => !held.has(person))) };
      };
      const expected = [without(before), ...before].flatMap((a) =>
        [without(after), ...after].flatMap((b) => {
          const people = inBoth(a.people, b.people);
          return people === 0 ? [] : [{ from: a.id, to: b.id, people }];
        }),
      );
      const ids = (which: readonly number[]) => which.map((segment) => segments[segment] as SegmentId);
      const asked = { from: ids(first), to: ids(second), fromMs: at1, toMs: at2 };
      expect(await reader.segmentFigures.migration(asked)).toEqual({ people: everybody.size, flows: expected });
    });

    it('hand on nobody before anybody came', async () => {
      const { segments, reader } = await world(45);
      const asked = { from: segments, to: segments, fromMs: 0, toMs: fromMs };
      expect(await reader.segmentFigures.migration(asked)).toEqual({ people: 0, flows: [] });
    });

    it.each([51, 52])('change in size for the causes that the log names (seed %d)', async (seed) => {
      const { changes, segments, seen, reader } = await world(seed);
      const [start, end] = [fromMs + 7 * 24 * HOUR, fromMs + 20 * 24 * HOUR];
      for (const [segment, segmentId] of segments.entries()) {
        const { before, after, causes } = await reader.segmentFigures.sizeChange({
          segmentId,
          fromMs: start,
          toMs: end,
        });
        expect(before).toBe(membersAt(changes, segment, start).size);
        expect(after).toBe(membersAt(changes, segment, end).size);
        expect(causes.reduce((net, one) => net + one.entered - one.exited, before)).toBe(after);
        const within = changes.filter((one) => one.segment === segment && one.at >= start && one.at < end);
        const isNew = ({ person }: Change): boolean => (seen[person] ?? 0) >= start && (seen[person] ?? 0) < end;
        for (const { cause, isNew: fresh, entered, exited } of causes) {
          const of = within.filter((one) => one.cause === cause && isNew(one) === fresh);
          expect({ entered, exited }).toEqual({
            entered: of.filter(({ kind }) => kind === 'entered').length,
            exited: of.filter(({ kind }) => kind === 'exited').length,
          });
        }
        expect(causes.length).toBe(new Set(within.map((one) => `${one.cause}/${String(isNew(one))}`)).size);
        expect(causes.some((one) => one.isNew) && causes.some((one) => !one.isNew)).toBe(true);
      }
    });

    it('have no change in a stretch that does not last, or of a segment that does not exist', async () => {
      const { segments, reader } = await world(53);
      const empty = reader.segmentFigures.sizeChange({ segmentId: segments[0] as SegmentId, fromMs, toMs: fromMs });
      await expect(empty).rejects.toMatchObject({ code: 'READ_RANGE_INVALID' });
      const nothing = { segmentId: segmentIdSchema.parse(randomUUID()), fromMs, toMs };
      expect(await reader.segmentFigures.sizeChange(nothing)).toEqual({ before: 0, after: 0, causes: [] });
    });
  });
});
