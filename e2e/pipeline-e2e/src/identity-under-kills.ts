import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom, type Random } from '@kohort/kernel-clock-random';
import { askDatabase } from './database-of';
import { startKohort, until, untilGone, type ProcessMark, type RunningKohort } from './running-kohort';

/** Devices that are shared, so that rules with limits make other people of the same events. */
const APART = {
  identifiers: [{ type: 'user_id', limit: { count: 1, period: 'ever' } }, { type: 'email' }, { type: 'anonymous_id' }],
};
/** Whoever shares a device is one. */
const TOGETHER = { identifiers: [{ type: 'user_id' }, { type: 'anonymous_id' }] };

const EVENTS_A_CALL = 1_000;
/** Starts of a run without a step after which it is killed no more before it has come to one: the queue's limit is 3. */
const MOST_IDLE_STARTS = 2;

interface Job {
  readonly status: string;
  readonly result: { readonly moved: number } | null;
}

/** Who is who, in one word: profiles, identifiers, whom each event counts for, traits; and every event has one owner. */
const PICTURE = `select
  (select md5(string_agg(line, '|' order by line)) from (
    select concat_ws(' ', canonical_id, first_seen_at, last_seen_at) as line from kohort.profile where merged_into is null
    union all select concat_ws(' ', i.type, i.value, p.canonical_id, p.merged_into is null, i.first_seen_at)
      from kohort.identifier i join kohort.profile p on p.workspace_id = i.workspace_id and p.id = i.profile_id
    union all select concat_ws(' ', e.message_id, p.canonical_id, p.merged_into is null, sum(a.sign))
      from kohort.event e join kohort.event_assignment a on a.event_id = e.id join kohort.profile p on p.id = a.profile_id
      group by e.message_id, p.id, p.canonical_id, p.merged_into having sum(a.sign) <> 0
    union all select concat_ws(' ', p.canonical_id, t.key, t.message_id, t.value) from kohort.trait_value t
      join kohort.profile p on p.id = t.profile_id group by p.id, p.canonical_id, t.key, t.message_id, t.value having sum(t.sign) > 0
  ) as lines) as word,
  (select count(*)::int from kohort.profile where merged_into is null) as people,
  (select count(*)::int from (
    select event_id from kohort.event_assignment a join kohort.profile p on p.id = a.profile_id
    group by event_id having sum(sign) <> 1 or sum(sign) filter (where p.merged_into is null) <> 1) as odd) as odd`;

/** What the database says of everybody. */
export interface Picture {
  readonly word: string;
  readonly people: number;
  /** Events that count for nobody, for several, or for one who was merged away. */
  readonly odd: number;
}

/** A solo installation with people who share devices; it is killed, and started on the same home. */
export class KilledIdentity {
  private readonly random: Random;
  private left: ProcessMark[] = [];
  private kohort: RunningKohort | undefined;

  constructor(
    private readonly home: string,
    seed: number,
  ) {
    this.random = seededRandom(seed);
  }

  async start(): Promise<void> {
    this.kohort = await startKohort(this.home);
  }

  get running(): RunningKohort {
    if (!this.kohort) throw new Error('it does not run');
    return this.kohort;
  }

  async killAndRestart(): Promise<void> {
    this.left.push(...(await this.running.kill()));
    this.kohort = await startKohort(this.home);
  }

  async end(): Promise<void> {
    this.left.push(...((await this.kohort?.kill()) ?? []));
    await untilGone(this.left);
  }

  /** Sends messages in calls of a thousand, and waits until they count for somebody. */
  private async accept(messages: readonly object[]): Promise<void> {
    const { writeKey } = JSON.parse(readFileSync(join(this.home, 'solo.json'), 'utf8')) as {
      readonly writeKey: string;
    };
    for (let from = 0; from < messages.length; from += EVENTS_A_CALL) {
      const reply = await fetch(`${this.running.url}/v1/batch`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}`,
        },
        body: JSON.stringify({ batch: messages.slice(from, from + EVENTS_A_CALL) }),
      });
      expect(reply.status).toBe(200);
    }
    await until('everybody', 400_000, async () => {
      const { workspace } = await this.running.query<{ workspace: { backlog: number } }>('{ workspace { backlog } }');
      return workspace.backlog === 0;
    });
  }

  /** Events of people in households of three who share a device. */
  async send(events: number): Promise<void> {
    const people = Math.ceil(events / 4);
    const messages = Array.from({ length: events }, (_, i) => {
      const person = this.random.int(people);
      const traits = { email: `p${person}@x.org`, plan: this.random.int(2) === 0 ? 'pro' : 'free' };
      const who = { userId: `u${person}`, anonymousId: `d${Math.floor(person / 3)}`, messageId: `m${i}` };
      return this.random.int(3) === 0 ? { ...who, type: 'identify', traits } : { ...who, type: 'track', event: 'Seen' };
    });
    await this.accept(messages);
  }

  /** A hundred people, each known twice, the second time with a slip. */
  async sendPeople(): Promise<void> {
    const names = ['Anders', 'Brigitta', 'Christoph', 'Dorothea', 'Ekkehard', 'Friederike', 'Gottfried', 'Hannelore'];
    const surnames = [
      'Zimmermann',
      'Oberhuber',
      'Kellermann',
      'Schneiderhan',
      'Winterfeld',
      'Lindenthal',
      'Achterberg',
    ];
    const cities = ['Regensburg', 'Salzgitter', 'Wilhelmshaven', 'Donaueschingen', 'Klagenfurt'];
    const pick = (list: readonly string[]): string => list[this.random.int(list.length)] ?? '';
    const people = Array.from({ length: 100 }, (_, n) => {
      const last = `${pick(surnames)}${n % 3 === 0 ? '' : `-${pick(surnames)}`}`;
      return { first_name: pick(names), last_name: last, city: pick(cities) };
    });
    const slip = (text: string): string => text.slice(0, 4) + text.slice(5);
    await this.accept(
      people.flatMap((traits, n) => [
        { type: 'identify', userId: `a${n}`, messageId: `pa${n}`, traits },
        {
          type: 'identify',
          userId: `b${n}`,
          messageId: `pb${n}`,
          traits: { ...traits, last_name: slip(traits.last_name) },
        },
      ]),
    );
  }

  async picture(): Promise<Picture> {
    const rows = await askDatabase<Picture>(this.home, PICTURE);
    const [row] = rows;
    if (!row) throw new Error('no picture');
    return row;
  }

  /** Saves rules and asks for everybody to be made anew by them; answers the job. */
  async apply(which: 'apart' | 'together'): Promise<string> {
    const { saved } = await this.running.query<{ saved: { version: number } }>(
      'mutation ($rules: JSON!) { saved: saveIdentityRules(rules: $rules) { ... on IdentityRules { version } } }',
      { rules: which === 'apart' ? APART : TOGETHER },
    );
    const { job } = await this.running.query<{ job: { id: string } }>(
      'mutation ($version: Int!) { job: applyIdentityRules(version: $version) { ... on Job { id } } }',
      { version: saved.version },
    );
    return job.id;
  }

  async jobOf(id: string): Promise<Job> {
    return (
      await this.running.query<{ job: Job }>(
        'query ($id: ID!) { job(id: $id) { status result error { code message } } }',
        { id },
      )
    ).job;
  }

  async untilDone(id: string): Promise<Job> {
    let job = await this.jobOf(id);
    await until('the rebuild', 400_000, async () => {
      job = await this.jobOf(id);
      return !['QUEUED', 'RUNNING'].includes(job.status);
    });
    expect(job).toMatchObject({ status: 'SUCCEEDED', error: null });
    return job;
  }

  /**
   * Kills it in the middle of a run, somewhere; answers whether the run had not ended. Work that was started three times
   * and came nowhere is taken for what ends its worker, and set aside: the third such start is let come to a step first.
   */
  async killIn(id: string, mostMs: number): Promise<boolean> {
    await until('the start of the run', 240_000, async () => (await this.jobOf(id)).status !== 'QUEUED');
    if ((await this.startsOf(id)) >= MOST_IDLE_STARTS) {
      await until('a step of the run', 400_000, async () => {
        return (await this.startsOf(id)) === 0 || (await this.jobOf(id)).status !== 'RUNNING';
      });
    }
    await pause(this.random.next() * mostMs);
    const { status } = await this.jobOf(id);
    await this.killAndRestart();
    return status === 'RUNNING';
  }

  /** How often a run was started since its last step. */
  private async startsOf(id: string): Promise<number> {
    const rows = await askDatabase<{ starts: number }>(this.home, `select starts from kohort.run where id = '${id}'`);
    return rows[0]?.starts ?? 0;
  }

  /** Takes a merge back while it is killed; answers the merge. */
  async killInUnmerge(): Promise<string> {
    const rows = await askDatabase<{ id: string }>(
      this.home,
      `select m.id from kohort.merge_log m where kind = 'merged' and a_type = 'user_id' and not exists (
         select 1 from kohort.merge_log u where u.kind = 'unmerged' and u.a_value = m.a_value and u.b_value = m.b_value)
       order by id limit 1`,
    );
    const merge = rows[0]?.id ?? '';
    const asked = this.unmerge(merge).catch(() => undefined);
    await pause(this.random.next() * 40);
    const killed = this.killAndRestart();
    await Promise.all([asked, killed]);
    return merge;
  }

  unmerge(merge: string): Promise<{ readonly answer: { readonly isApart: boolean } }> {
    return this.running.query(
      'mutation ($merge: ID!) { answer: unmergeProfile(merge: $merge) { ... on Parting { isApart } } }',
      {
        merge,
      },
    );
  }
}
