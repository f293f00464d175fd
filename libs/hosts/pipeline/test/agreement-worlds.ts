import { z } from 'zod';
import { shuffle, seededRandom, type Random } from '@kohort/kernel-clock-random';
import type { Json } from '@kohort/kernel-contracts';
import { compileRules, compileRulesToSql, evaluateRule, makeHistory, parseRule } from '@kohort/segments-domain';
import { IdentityWorld, type Draft, type WorldParts } from './identity-world';
import { cut } from './random-drafts';

const [SECOND, HOUR] = [1_000, 3_600_000];
const DAY_SECONDS = 86_400;
const EVENTS = ['A', 'B', 'C'];
const PEOPLE = 60;
const MESSAGES = 700;
const OF_A_BATCH = 60;

interface Sent extends Draft {
  readonly ts: number;
  readonly messageId: string;
}

const oneOf = <T>(random: Random, list: readonly [T, ...T[]]): T => list[random.int(list.length)] ?? list[0];

function sequenceOf(random: Random, event: Json): Json {
  const then = { name: oneOf(random, ['A', 'B', 'C']) };
  const second: Json = { as: 's1', event: then, gap: { max: { n: 1 + random.int(9), unit: 'day' } } };
  return { sequence: { steps: [{ as: 's0', event }, second], window: { last: { n: 40, unit: 'day' } } } };
}

/** A condition over what the messages of these worlds say. */
function conditionOf(random: Random, depth: number): Json {
  const event = { name: EVENTS[random.int(EVENTS.length)] ?? 'A' };
  const last = { n: 1 + random.int(40), unit: oneOf(random, ['hour', 'day']) };
  const op = oneOf(random, ['gte', 'lte', 'eq']);
  const below = (): Json[] => Array.from({ length: 2 }, () => conditionOf(random, depth - 1));
  const leaves: readonly [() => Json, ...(() => Json)[]] = [
    () => ({ event: { ...event, count: { op, n: random.int(4) }, window: { last } } }),
    () => ({ event: { ...event, count: { op: 'gte', n: 1 + random.int(5) } } }),
    () => ({ trait: { path: 'plan', op: 'eq', value: oneOf(random, ['pro', 'free']) } }),
    () => ({ trait: { path: 'age', op: 'gt', value: random.int(60) } }),
    () => ({
      aggregate: { event, fn: oneOf(random, ['sum', 'max', 'avg']), property: 'q', op: 'gt', value: random.int(20) },
    }),
    () => ({ aggregate: { event, fn: 'distinctDays', property: 'q', op: 'gte', value: 2, window: { last } } }),
    () => sequenceOf(random, event),
  ];
  const kind = random.int(depth > 0 ? 10 : 7);
  if (kind === 7) return { all: below() };
  if (kind === 8) return { any: below() };
  if (kind === 9) return { none: below() };
  return (leaves[kind] ?? leaves[0])();
}

/** Messages of people who come with devices before and after they say who they are; some never do. */
function messagesOf(random: Random, now: number): Sent[] {
  return Array.from({ length: MESSAGES }, (_, n): Sent => {
    const person = random.int(PEOPLE);
    const userId = `u${person}`;
    // A device is of one person; which of the two names a message bears is chance.
    const anonymousId = `a${person}-${random.int(3)}`;
    const ts = now - HOUR - random.int(50 * DAY_SECONDS) * SECOND - random.int(SECOND);
    const who = oneOf<Partial<Draft>>(random, [{ userId }, { anonymousId }, { anonymousId }, { userId, anonymousId }]);
    const at = { n, messageId: `m${n}`, ts, ...who };
    if (random.int(5) > 0) return { ...at, name: EVENTS[random.int(3)] ?? 'A', properties: { q: random.int(12) } };
    const traits = { plan: oneOf(random, ['pro', 'free']), age: random.int(70) };
    return { ...at, type: 'identify', traits };
  });
}

/** One batch a name: most rules look at none of the events of such a batch. */
const byName = (batch: readonly Sent[]): readonly (readonly Sent[])[] =>
  [...EVENTS, undefined]
    .map((name) => batch.filter((message) => message.name === name))
    .filter((part) => part.length > 0);

/** Who is who by the messages alone: names that stand in one message are of one person, and so on. */
function peopleOf(messages: readonly Sent[]): readonly (readonly Sent[])[] {
  const leader = new Map<string, string>();
  const find = (name: string): string => {
    const above = leader.get(name) ?? name;
    return above === name ? name : find(above);
  };
  const namesOf = ({ userId, anonymousId }: Sent): string[] => [userId, anonymousId].flatMap((name) => name ?? []);
  for (const message of messages) {
    const [first = '', ...others] = namesOf(message);
    for (const other of others) leader.set(find(other), find(first));
  }
  const groups = new Map<string, Sent[]>();
  for (const message of messages) {
    const of = find(namesOf(message)[0] ?? '');
    groups.set(of, [...(groups.get(of) ?? []), message]);
  }
  return [...groups.values()];
}

/** The history of one person, from the messages as they were sent: each once, however often it came. */
function historyOf(profileId: string, messages: readonly Sent[]) {
  const isEvent = ({ type }: Sent): boolean => type === undefined;
  return makeHistory({
    profileId,
    events: messages.filter(isEvent).map(({ messageId: id, name, ts: time, properties = {} }) => {
      return { id, name: name ?? '', time, properties };
    }),
    traits: messages.flatMap(({ traits = {}, ts: time, messageId }) =>
      Object.entries(traits).map(([key, value]) => ({ key, value, time, messageId })),
    ),
  });
}

const answersSchema = z.looseObject({ profile_id: z.string() });

/**
 * A world of people under random rules: what the stream has written, what the column store says and what the evaluator
 * makes of the messages themselves are the same, whatever came twice or late and whoever became one. Answers how many
 * pairs of person and rule were compared, and how many of them are in.
 */
export async function agreeInAWorld(parts: WorldParts, of: { readonly seed: number; readonly rules: number }) {
  const random = seededRandom(of.seed);
  const wheres = Array.from({ length: of.rules }, () => conditionOf(random, 2));
  const segments = Object.fromEntries(wheres.map((where, n) => [`s${n}`, where]));
  const world = await IdentityWorld.open(parts, null, segments);
  const messages = messagesOf(random, await world.now());
  // A tenth comes again later on, and all of it in an order of its own.
  const again = messages.filter(() => random.int(10) === 0);
  for (const batch of cut(shuffle([...messages, ...again], random), OF_A_BATCH)) {
    for (const part of random.int(2) === 0 ? [batch] : byName(batch)) {
      await world.accept(part);
      if (random.int(2) === 0) await world.settle();
      if (random.int(2) === 0) await world.anHourLater();
    }
  }
  await world.settle();
  const before = await world.now();
  await world.passTime();
  const members = await world.membersByName();
  const after = await world.now();
  await parts.loader.load(world.workspaceId);
  const rules = wheres.map((where) => parseRule({ version: 1, entity: 'profile', where }));
  const { sql: text, params } = compileRulesToSql(rules, { workspaceId: world.workspaceId, nowMs: after });
  const rows = await parts.store.columns.store.query(text, params, (row) => answersSchema.parse(row));
  const inSql = new Map(rows.map((row) => [row.profile_id, row]));
  const compiled = rules.map((rule) => compileRules([{ rule }], { otherSegments: 'membership' }));
  const profiles = await world.profilesByName();
  const found = { compared: 0, members: 0 };
  for (const person of peopleOf(messages)) {
    const name = person[0]?.userId ?? person[0]?.anonymousId ?? '';
    const profileId = profiles.get(name) ?? '';
    const history = historyOf(profileId, person);
    compiled.forEach((rule, n) => {
      const [was, is] = [before, after].map((now) => evaluateRule(rule, history, now).member);
      const told = { stream: members.has(`s${n} ${profileId}`), sql: inSql.get(profileId)?.[`r${n}`] === 1 };
      // Between two looks time itself may have moved somebody: that pair says nothing of the stream.
      const stream = was === is ? is : told.stream;
      expect({ seed: of.seed, name, rule: wheres[n], ...told }).toEqual({
        ...{ seed: of.seed, name, rule: wheres[n] },
        ...{ stream, sql: is },
      });
      found.compared += 1;
      found.members += is === true ? 1 : 0;
    });
  }
  return found;
}
