import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Session } from 'chdb';
import { z } from 'zod';
import { compileFill, compilePreview, compileRulesToSql, compileToSql, parseRule, peopleSlices } from '../src';
import type { RawWorld } from './account-arbitraries';
import type { RawPerson } from './oracle';

export const workspaceOf = (n: number): string => `00000000-0000-4000-9000-${n.toString(16).padStart(12, '0')}`;
export const uuidOf = (id: string): string =>
  `00000000-0000-4000-a000-${Buffer.from(id).toString('hex').padEnd(12, '0')}`;
const instant = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').replace('Z', '');
const answer = z.object({ data: z.array(z.object({ profile_id: z.string() })) });
const fillSchema = z.object({
  data: z.array(
    z.object({
      profile_id: z.string(),
      members: z.array(z.number()),
      waking: z.array(z.number()),
      due: z.array(z.coerce.number()),
    }),
  ),
});
const previewSchema = z.object({
  data: z.tuple([z.object({ people: z.string(), counts: z.array(z.string()), sample: z.array(z.string()) })]),
});
const rowsSchema = z.object({ data: z.array(z.record(z.string(), z.unknown())) });

const EVENTS =
  "(workspace_id UUID, profile_id UUID, event_id UUID, name String, ts DateTime64(3,'UTC'), properties String) ENGINE = MergeTree ORDER BY (workspace_id, profile_id, ts)";
const TABLES = [
  `CREATE TABLE live_events ${EVENTS}`,
  `CREATE TABLE account_events ${EVENTS}`,
  'CREATE TABLE accounts (workspace_id UUID, profile_id UUID) ENGINE = MergeTree ORDER BY (workspace_id, profile_id)',
  "CREATE TABLE account_people (workspace_id UUID, profile_id UUID, account_id UUID, since DateTime64(3,'UTC')) ENGINE = MergeTree ORDER BY (workspace_id, profile_id)",
  'CREATE TABLE profiles (workspace_id UUID, profile_id UUID) ENGINE = MergeTree ORDER BY (workspace_id, profile_id)',
  "CREATE TABLE traits (workspace_id UUID, profile_id UUID, key String, value String, valid_from DateTime64(3,'UTC'), message_id String) ENGINE = MergeTree ORDER BY (workspace_id, profile_id, key)",
  'CREATE TABLE memberships (workspace_id UUID, profile_id UUID, segment_key String) ENGINE = MergeTree ORDER BY (workspace_id, profile_id)',
  'CREATE TABLE consents (workspace_id UUID, profile_id UUID, purpose String) ENGINE = MergeTree ORDER BY (workspace_id, profile_id)',
  'CREATE TABLE scores (workspace_id UUID, profile_id UUID, model_key String, probability Nullable(Float64), percentile Nullable(Float64), cluster_key Nullable(String), confidence Nullable(Float64)) ENGINE = MergeTree ORDER BY (workspace_id, profile_id)',
];

/** The tables that statements read, on an embedded engine of its own. */
export class ColumnWorld {
  private readonly folder = mkdtempSync(join(tmpdir(), 'kohort-rules-'));
  private readonly session = new Session(this.folder);
  private seen = 0;
  /** For how many the quick way gave the answer. */
  untiedPeople = 0;

  constructor() {
    // As the door of the column store sets it.
    const planning = 'SET optimize_aggregators_of_group_by_keys = 0, optimize_and_compare_chain = 0';
    for (const statement of [planning, 'CREATE DATABASE rules ENGINE = Atomic', 'USE rules', ...TABLES])
      this.session.query(statement);
  }

  close(): void {
    this.session.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private insert(table: string, rows: readonly object[]): void {
    const lines = rows.map((row) => JSON.stringify(row)).join('\n');
    if (rows.length > 0) this.session.query(`INSERT INTO ${table} FORMAT JSONEachRow ${lines}`);
  }

  /** The members of one rule. */
  members(
    rule: unknown,
    workspaceId: string,
    at: { readonly nowMs: number; readonly key?: string },
  ): readonly string[] {
    const { sql, params } = compileToSql(parseRule(rule), { workspaceId, ...at });
    return answer.parse(JSON.parse(this.session.queryBind(sql, params, 'JSON'))).data.map((row) => row.profile_id);
  }

  /** What a preview counts of a rule: people, and for its nodes in order who meets them; some of the members. */
  preview(rule: unknown, of: { workspaceId: string; nowMs: number; excluded: readonly string[]; sample: number }) {
    const { sql, params } = compilePreview(parseRule(rule), { ...of, compare: [], untied: true });
    const [row] = previewSchema.parse(JSON.parse(this.session.queryBind(sql, params, 'JSON'))).data;
    return { people: Number(row.people), counts: row.counts.map(Number), sample: row.sample };
  }

  /** Accounts with their records, and who belongs to them. */
  loadAccounts(workspace_id: string, { accounts, links }: RawWorld): void {
    this.loadTo({ everybody: 'accounts', events: 'account_events' }, workspace_id, accounts);
    const rows = links.map(({ person, account, since }) => ({
      workspace_id,
      profile_id: person.profileId,
      account_id: account.profileId,
      since: instant(since),
    }));
    this.insert('account_people', rows);
  }

  /** Who is in and when time may turn it, for each rule, as a back-fill asks; now and then slice by slice. */
  fills(rules: readonly unknown[], workspaceId: string, nowMs: number) {
    const parsed = rules.map((rule, i) => ({ rule: parseRule(rule), key: `filled-${i}` }));
    const slices = this.seen % 2 === 0 ? [null] : peopleSlices(1 + (this.seen % 5));
    let untimed: ReadonlySet<number> = new Set();
    const rows = slices.flatMap((slice) => {
      const { sql, params, ...rest } = compileFill(parsed, { workspaceId, nowMs }, slice);
      ({ untimed } = rest);
      return fillSchema.parse(JSON.parse(this.session.queryBind(sql, params, 'JSON'))).data;
    });
    const members = new Set(rows.flatMap((row) => row.members.map((i) => `${i} ${row.profile_id}`)));
    const due = new Map(rows.flatMap((row) => row.waking.map((i, j) => [`${i} ${row.profile_id}`, row.due[j] ?? NaN])));
    expect(new Set(rows.map((row) => row.profile_id)).size).toBe(rows.length);
    return {
      untimed,
      isMember: (i: number, id: string) => members.has(`${i} ${id}`),
      due: (i: number, id: string) => due.get(`${i} ${id}`) ?? null,
    };
  }

  load(workspace_id: string, people: readonly RawPerson[]): void {
    this.loadTo({ everybody: 'profiles', events: 'live_events' }, workspace_id, people);
  }

  private loadTo(
    tables: { readonly everybody: string; readonly events: string },
    workspace_id: string,
    people: readonly RawPerson[],
  ): void {
    const of = (raw: RawPerson) => ({ workspace_id, profile_id: raw.profileId });
    this.insert(tables.everybody, people.map(of));
    // Repeats never reach the store: it has one row for each event.
    this.insert(
      tables.events,
      people.flatMap((raw) =>
        [...new Map(raw.events.map((event) => [event.id, event])).values()].map((event) => ({
          ...of(raw),
          event_id: uuidOf(event.id),
          name: event.name,
          ts: instant(event.time),
          properties: JSON.stringify(event.properties),
        })),
      ),
    );
    this.insert(
      'traits',
      people.flatMap((raw) =>
        raw.traits.map(({ key, value, time, messageId }) => ({
          ...of(raw),
          key,
          value: JSON.stringify(value),
          valid_from: instant(time),
          message_id: messageId,
        })),
      ),
    );
    this.insert(
      'memberships',
      people.flatMap((raw) => raw.memberships.map((segment_key) => ({ ...of(raw), segment_key }))),
    );
    this.insert(
      'consents',
      people.flatMap((raw) => raw.consents.map((purpose) => ({ ...of(raw), purpose }))),
    );
    this.insert(
      'scores',
      people.flatMap((raw) => [
        ...raw.predictions.map(({ model, probability, percentile }) => ({
          ...of(raw),
          model_key: model,
          probability,
          percentile,
        })),
        ...raw.clusters.map(({ model, cluster, confidence }) => ({
          ...of(raw),
          model_key: model,
          cluster_key: cluster,
          confidence,
        })),
      ]),
    );
  }

  /** Everybody's answers to many rules, by profile, in the order of the rules; now and then the quick way too. */
  answers(rules: readonly unknown[], workspaceId: string, nowMs: number): Map<string, boolean[]> {
    const asked = (untied: boolean) => {
      const { sql, params } = compileRulesToSql(
        rules.map((rule) => parseRule(rule)),
        { workspaceId, nowMs, untied },
      );
      const rows = rowsSchema.parse(JSON.parse(this.session.queryBind(sql, params, 'JSON'))).data;
      const answers = rows.map((row) => [String(row['profile_id']), rules.map((_, i) => row[`r${i}`] === 1)] as const);
      return { answers: new Map(answers), tied: rows.filter(({ tied }) => tied === 1).map((row) => row['profile_id']) };
    };
    const { answers } = asked(false);
    if (this.seen++ % 3 > 0) return answers;
    const quick = asked(true);
    this.untiedPeople += answers.size - quick.tied.length;
    for (const id of quick.tied) quick.answers.set(String(id), answers.get(String(id)) ?? []);
    expect(quick.answers).toEqual(answers);
    return answers;
  }
}
