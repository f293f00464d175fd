import { Engine } from 'json-rules-engine';
import { loadSource } from '../load-source.mjs';

export const title =
  'rules a person, CPU seconds of one thread; reference: json-rules-engine, facts and counts made beforehand';

const PEOPLE = 2_000;
const ROUNDS = 5;
const least = (values) => Math.min(...values);
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

const OPERATORS = {
  eq: 'equal',
  neq: 'notEqual',
  gt: 'greaterThan',
  gte: 'greaterThanInclusive',
  lt: 'lessThan',
  lte: 'lessThanInclusive',
  in: 'in',
  notIn: 'notIn',
};

function conditionOf(rule) {
  if (!('join' in rule)) return { fact: rule.path, operator: OPERATORS[rule.op], value: rule.value };
  const of = rule.of.map(conditionOf);
  return rule.join === 'none' ? { not: { any: of } } : { [rule.join]: of };
}

/** The peer's rules want `all`, `any` or `not` at their top, which is what ours have. */
function openPeer(rules) {
  const engine = new Engine(rules.map((rule, i) => ({ conditions: conditionOf(rule), event: { type: String(i) } })));
  return async (people) => {
    const answers = new Uint8Array(people.length * rules.length);
    for (let p = 0; p < people.length; p += 1) {
      const { events } = await engine.run(people[p]);
      for (const { type } of events) answers[p * rules.length + Number(type)] = 1;
    }
    return answers;
  };
}

async function measured(work) {
  const start = cpuSeconds();
  const value = await work();
  return { value, seconds: cpuSeconds() - start };
}

async function against(bench, report, count) {
  const size = Math.max(PEOPLE, 20_000 / count);
  // Of a slow peer fewer people are asked, and the figure is scaled.
  const some = Math.min(size, 20_000 / count);
  const rules = bench.makeRules(count);
  const people = bench.makePeople(size);
  const records = bench.asRecords(people);
  const ours = bench.openShared(rules);
  const theirs = openPeer(rules);
  const [own, reference] = [[], []];
  let differ = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    const mine = await measured(() => ours.run(records));
    const peer = await measured(() => theirs(people.slice(0, some)));
    own.push(mine.seconds);
    reference.push((peer.seconds * size) / some);
    differ += peer.value.reduce((sum, answer, i) => sum + (answer === mine.value[i] ? 0 : 1), 0);
  }
  if (differ > 0) throw new Error(`${differ} answers differ`);
  report({
    name: `${count} rules over traits and counts, ${size} people`,
    own: least(own),
    reference: least(reference),
    goal: 0.05,
    note: `${((least(own) / size) * 1e6).toFixed(1)} µs a person; ${ours.leaves} different conditions; ${ROUNDS * some * count} answers alike; the reference by ${some} people`,
  });
}

function alone(bench, report, { name, kinds, rules, eventsEach }) {
  const people = bench.makeHistories(PEOPLE, eventsEach);
  const live = bench.openLive(kinds, rules);
  const own = [];
  let told;
  for (let round = 0; round < ROUNDS; round += 1) {
    const start = cpuSeconds();
    told = live.run(people);
    own.push(cpuSeconds() - start);
  }
  report({
    name: `${name}, ${PEOPLE} people of ${eventsEach} events`,
    own: least(own),
    note: `${((least(own) / PEOPLE) * 1e6).toFixed(1)} µs a person; ${live.leaves} different conditions; ${told.members} memberships, each with its next change by time`,
  });
}

export async function run(report) {
  const { exports: bench } = await loadSource('libs/segments/domain/src/evaluate/rules.bench.ts');
  for (const count of [1, 10, 100]) await against(bench, report, count);
  for (const kind of Object.keys(bench.LIVE_KINDS)) {
    alone(bench, report, { name: `1 rule: ${kind}`, kinds: [kind], rules: 1, eventsEach: 60 });
  }
  for (const eventsEach of [25, 200]) {
    const kinds = Object.keys(bench.LIVE_KINDS);
    alone(bench, report, { name: '100 live rules of all three kinds', kinds, rules: 100, eventsEach });
  }
}
