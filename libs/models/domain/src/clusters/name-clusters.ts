import { featureLabel, roleOf, snakeCase, type FeatureRole } from './feature-roles';
import type { ClusterMeasure, FeatureMeasure } from './measure-clusters';
import { readWord } from './category-words';
import { LEVEL_THRESHOLD, type PlaybookLevel, type PlaybookRule } from './playbook';

/** A cluster's name, key, and the rule that gave it (none for a name made of features). */
export interface ClusterName {
  readonly name: string;
  readonly key: string;
  readonly rule: PlaybookRule | undefined;
}

type Roles = ReadonlyMap<FeatureRole, { readonly effect: number; readonly mean: number }>;

/** Mean effect and mean value of each role over its features; the role's first feature gives the mean. */
function rolesOf({ features }: ClusterMeasure): Roles {
  const roles = new Map<FeatureRole, { effects: number[]; mean: number }>();
  for (const { feature, word, shapedEffect, clusterMean } of features) {
    const role = roleOf(feature);
    if (role === undefined || word !== undefined) continue;
    const known = roles.get(role);
    if (known) known.effects.push(shapedEffect);
    else roles.set(role, { effects: [shapedEffect], mean: clusterMean });
  }
  const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  return new Map([...roles].map(([role, { effects, mean }]) => [role, { effect: average(effects), mean }]));
}

/** How well an effect stands at a level; undefined when it does not. */
const STRENGTH: Readonly<Record<PlaybookLevel, (effect: number) => number | undefined>> = {
  high: (effect) => (effect >= LEVEL_THRESHOLD ? Math.min(effect, 2) : undefined),
  low: (effect) => (effect <= -LEVEL_THRESHOLD ? Math.min(-effect, 2) : undefined),
  mid: (effect) => (Math.abs(effect) < LEVEL_THRESHOLD ? LEVEL_THRESHOLD - Math.abs(effect) : undefined),
  not_high: (effect) => (effect < LEVEL_THRESHOLD ? 0.2 : undefined),
  not_low: (effect) => (effect > -LEVEL_THRESHOLD ? 0.2 : undefined),
};

function matchStrength(rule: PlaybookRule, roles: Roles): number | undefined {
  let strength = 0;
  for (const [role, level] of entriesOf(rule.when)) {
    const found = roles.get(role);
    const part = found && STRENGTH[level](found.effect);
    if (part === undefined) return undefined;
    strength += part;
  }
  for (const [role, most] of entriesOf(rule.atMost ?? {})) {
    const found = roles.get(role);
    if (!found || found.mean > most) return undefined;
    strength += 0.5;
  }
  return strength;
}

function entriesOf<V>(record: Partial<Record<FeatureRole, V>>): [FeatureRole, V][] {
  return FEATURE_ROLE_ORDER.flatMap((role): [FeatureRole, V][] => {
    const value = record[role];
    return value === undefined ? [] : [[role, value]];
  });
}

const FEATURE_ROLE_ORDER: readonly FeatureRole[] = [
  'recency',
  'frequency',
  'monetary',
  'order_value',
  'tenure',
  'gap',
  'variety',
  'basket',
  'recent_activity',
  'discounts',
  'returns',
  'visits',
];

/** What tells a cluster from another of the same name. */
const QUALIFIERS: Readonly<Record<FeatureRole, { readonly more: string; readonly less: string }>> = {
  recency: { more: 'away longest', less: 'seen lately' },
  frequency: { more: 'buying more often', less: 'buying less often' },
  monetary: { more: 'spending more', less: 'spending less' },
  order_value: { more: 'large orders', less: 'small orders' },
  tenure: { more: 'long-standing', less: 'newer' },
  gap: { more: 'long pauses', less: 'short pauses' },
  variety: { more: 'wide range', less: 'narrow range' },
  basket: { more: 'full baskets', less: 'small baskets' },
  recent_activity: { more: 'active lately', less: 'quiet lately' },
  discounts: { more: 'discount-led', less: 'full price' },
  returns: { more: 'many returns', less: 'few returns' },
  visits: { more: 'many visits', less: 'few visits' },
};

/** Which rule each cluster gets: the strongest matches first, a rule once. */
function assignRules(all: readonly Roles[], playbook: readonly PlaybookRule[]): (PlaybookRule | undefined)[] {
  const pairs = all.flatMap((roles, cluster) =>
    playbook.flatMap((rule, order) => {
      const strength = matchStrength(rule, roles);
      return strength === undefined ? [] : [{ cluster, rule, order, strength }];
    }),
  );
  pairs.sort((a, b) => b.strength - a.strength || a.order - b.order || a.cluster - b.cluster);
  const given = new Array<PlaybookRule | undefined>(all.length).fill(undefined);
  const used = new Set<PlaybookRule>();
  for (const { cluster, rule } of pairs) {
    if (given[cluster] || used.has(rule)) continue;
    given[cluster] = rule;
    used.add(rule);
  }
  // All rules that fit are taken: share the best one, told apart by a qualifier.
  return given.map((rule, cluster) => rule ?? pairs.find((pair) => pair.cluster === cluster)?.rule);
}

/** The words that tell `own` from the holder of the same name: their most different role. */
function qualifier(own: Roles, holder: Roles): string | undefined {
  const gaps = [...own].map(([role, { effect }]) => ({ role, gap: effect - (holder.get(role)?.effect ?? 0) }));
  const widest = gaps.reduce((a, b) => (Math.abs(b.gap) > Math.abs(a.gap) ? b : a), {
    role: 'monetary' as FeatureRole,
    gap: 0,
  });
  if (widest.gap === 0) return undefined;
  return QUALIFIERS[widest.role][widest.gap > 0 ? 'more' : 'less'];
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const byEffect = (features: readonly FeatureMeasure[]): FeatureMeasure[] =>
  [...features].sort((a, b) => Math.abs(b.shapedEffect) - Math.abs(a.shapedEffect));

/** A name made of the features themselves: "High income, low spending". */
export function nameFromFeatures({ features }: ClusterMeasure, most: number): string {
  const strongest = byEffect(features)
    .filter(({ shapedEffect, word }) => (word === undefined ? Math.abs(shapedEffect) : shapedEffect) >= LEVEL_THRESHOLD)
    .slice(0, most);
  const strong = features.filter((one) => strongest.includes(one));
  if (strong.length === 0) {
    const numbers = features.filter(({ word }) => word === undefined);
    const labels = numbers.slice(0, 2).map(({ feature }) => featureLabel(feature));
    return labels.length > 0 && features.length <= 2 ? `Average ${labels.join(' and ')}` : 'Close to the average';
  }
  const side = (sign: number, word: string) => {
    const labels = strong
      .filter((one) => one.word === undefined && Math.sign(one.shapedEffect) === sign)
      .map(({ feature }) => featureLabel(feature));
    const first = strong.findIndex((one) => one.word === undefined && Math.sign(one.shapedEffect) === sign);
    return { word, labels, first };
  };
  const said = (word: string, isMost: boolean) => {
    const have = strong.filter((one) => one.word !== undefined && one.clusterMean >= 0.5 === isMost);
    const labels = have.map((one) => `${featureLabel(one.feature)} ${readWord(one.word ?? '')}`);
    return { word, labels, first: have[0] ? strong.indexOf(have[0]) : -1 };
  };
  const sides = [side(1, 'high'), side(-1, 'low'), said('mostly', true), said('more often', false)]
    .filter(({ labels }) => labels.length > 0)
    .sort((a, b) => a.first - b.first);
  return capitalised(sides.map(({ word, labels }) => `${word} ${labels.join(' and ')}`).join(', '));
}

function keyOf(name: string): string {
  const slug = snakeCase(name).slice(0, 60).replace(/_+$/, '');
  return /^[a-z]/.test(slug) ? slug : `cluster_${slug}`.replace(/_+$/, '');
}

/** A name of more features than this nobody reads; clusters that are alike in so many are numbered. */
const MOST_IN_NAME = 6;

const ORDER_ROLES: readonly FeatureRole[] = ['recency', 'frequency', 'monetary'];

/**
 * Names every cluster: from the playbook where at least two of recency, frequency and monetary value are known, else from
 * the features that set it apart. Names and keys are unique; the same measures give the same names.
 *
 * Shape   measures: k; returns k names in the same order
 */
export function nameClusters(measures: readonly ClusterMeasure[], playbook: readonly PlaybookRule[]): ClusterName[] {
  const roles = measures.map(rolesOf);
  const known = ORDER_ROLES.filter((role) => roles[0]?.has(role)).length;
  const rules = known >= 2 ? assignRules(roles, playbook) : measures.map(() => undefined);
  const taken = new Map<string, number>();
  return measures.map((measure, c) => {
    const rule = rules[c];
    const candidates = [rule?.name ?? nameFromFeatures(measure, 2)];
    const holder = taken.get(candidates[0] ?? '');
    if (holder !== undefined && rule) {
      const words = qualifier(roles[c] ?? new Map(), roles[holder] ?? new Map());
      if (words !== undefined) candidates.push(`${rule.name}, ${words}`);
    }
    for (let most = 2; most <= Math.min(MOST_IN_NAME, measure.features.length); most += 1) {
      const words = nameFromFeatures(measure, most);
      candidates.push(rule ? `${rule.name}: ${words.charAt(0).toLowerCase()}${words.slice(1)}` : words);
    }
    for (let number = 2; number <= measures.length + 1; number += 1) candidates.push(`${candidates[0]} ${number}`);
    const keys = new Set([...taken.keys()].map(keyOf));
    const name = candidates.find((one) => !taken.has(one) && !keys.has(keyOf(one))) ?? `Cluster ${c + 1}`;
    taken.set(name, c);
    return { name, key: keyOf(name), rule };
  });
}
