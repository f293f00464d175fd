import fc from 'fast-check';
import { makeHistory, type History } from '../src';
import { instantNear, person } from './history-arbitraries';
import type { RawPerson } from './oracle';
import { toInit } from './raw-person';
import { aggregateLeaf, countingLeaf, ruleOf, setLeaf, type RuleContext } from './rule-arbitraries';

/** People and accounts that belong together, and rules that lead from one to the other. */
export interface RawWorld {
  readonly people: readonly RawPerson[];
  readonly accounts: readonly RawPerson[];
  readonly links: readonly { readonly person: RawPerson; readonly account: RawPerson; readonly since: number }[];
}

type Node = Record<string, unknown>;
type Entity = 'profile' | 'account';
const OF_PEOPLE = ['prediction', 'cluster', 'consent'];
const STEPS = 2;

/** Accounts are like people, under ids of their own, and without what only people have. */
function accountOf(raw: RawPerson, i: number): RawPerson {
  const profileId = `00000000-0000-8000-8000-${(0xacc0_0000 + i).toString(16).padStart(12, '0')}`;
  return { ...raw, profileId, consents: [], predictions: [], clusters: [] };
}

/** Few people and fewer accounts, so that some belong to several and some to none. */
export function world(
  base: number,
  inZone: string,
  size: { people: number; accounts: number },
): fc.Arbitrary<RawWorld> {
  const link = fc.tuple(fc.nat(size.people - 1), fc.nat(size.accounts - 1), instantNear(base, inZone));
  return fc
    .tuple(
      fc.array(person(base, inZone), { minLength: size.people, maxLength: size.people }),
      fc.array(person(base, inZone), { minLength: size.accounts, maxLength: size.accounts }),
      fc.array(link, { minLength: size.people, maxLength: 2 * size.people, size: 'max' }),
    )
    .map(([people, accounts, pairs]) => {
      const one = (list: readonly RawPerson[]): RawPerson[] => [
        ...new Map(list.map((raw) => [raw.profileId, { ...raw, related: [] }])).values(),
      ];
      const [everybody, groups] = [one(people), accounts.map(accountOf).map((raw) => ({ ...raw, related: [] }))];
      return linked(everybody, groups, pairs);
    });
}

function linked(people: RawPerson[], accounts: RawPerson[], pairs: readonly [number, number, number][]): RawWorld {
  const links = pairs.flatMap(([p, a, since]) => {
    const [who, account] = [people[p % people.length], accounts[a]];
    return who && account ? [{ person: who, account, since }] : [];
  });
  for (const { person: who, account, since } of links) {
    who.related?.push({ since, of: account });
    account.related?.push({ since, of: who });
  }
  return { people, accounts, links };
}

/** What rules can ask of one, and of whom they lead to, so many steps on. */
export function historyOf(raw: RawPerson, steps = STEPS): History {
  const related = steps === 0 ? [] : (raw.related ?? []);
  return makeHistory({
    ...toInit(raw),
    related: related.map(({ since, of }) => ({ since, history: historyOf(of, steps - 1) })),
  });
}

function leafOf(context: RuleContext, entity: Entity): fc.Arbitrary<Node> {
  const leaf = fc.oneof(
    { weight: 6, arbitrary: setLeaf(context) },
    { weight: 1, arbitrary: aggregateLeaf(context) },
    { weight: 1, arbitrary: countingLeaf(context) },
  );
  return entity === 'profile' ? leaf : leaf.filter((node) => !OF_PEOPLE.some((kind) => kind in node));
}

function relationOf(context: RuleContext, to: Entity, steps: number): fc.Arbitrary<Node> {
  const leaf = leafOf(context, to);
  const other = to === 'account' ? 'profile' : 'account';
  const where = fc.oneof(
    { weight: 4, arbitrary: leaf },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom('all', 'any', 'none'), fc.array(leaf, { minLength: 1, maxLength: 2 }))
        .map(([kind, children]) => ({ [kind]: children })),
    },
    ...(steps < STEPS ? [{ weight: 2, arbitrary: relationOf(context, other, steps + 1) }] : []),
  );
  const quantifier = fc.oneof(
    fc.constantFrom('any', 'all', 'none').map((name) => ({ quantifier: name })),
    fc
      .tuple(fc.constantFrom('eq', 'gte', 'lt', 'neq'), fc.integer({ min: 0, max: 3 }))
      .map(([op, n]) => ({ quantifier: 'count', count: { op, n } })),
  );
  return fc
    .tuple(fc.constantFrom('relation', 'group'), quantifier, where)
    .map(([kind, how, inner]) => ({ [kind]: { to, ...how, where: inner } }));
}

/** Rules over people or accounts in which relations stand. */
export function relationRule(context: RuleContext, entity: Entity): fc.Arbitrary<unknown> {
  const to = entity === 'account' ? 'profile' : 'account';
  const leaf = fc.oneof(
    { weight: 4, arbitrary: relationOf(context, to, 1) },
    { weight: 1, arbitrary: leafOf(context, entity) },
  );
  return ruleOf(context, leaf).map((rule) => ({ ...(rule as Node), entity }));
}
