import type { Random } from '@kohort/kernel-clock-random';

/** The kinds of customers a world is made of. */
export const ARCHETYPES = [
  'loyal',
  'big_spender',
  'occasional',
  'new',
  'lapsing',
  'one_time',
  'window_shopper',
] as const;
export type Archetype = (typeof ARCHETYPES)[number];

/** A stretch of constant behaviour, in days since the world's first instant. */
export interface Stretch {
  readonly fromDay: number;
  readonly toDay: number;
  /** Visits a day; each becomes an order with probability `conversion`. */
  readonly visitsPerDay: number;
}

/** What drives a customer: known to the world, never shown in its messages. */
export interface Nature {
  readonly archetype: Archetype;
  readonly firstDay: number;
  readonly stretches: readonly Stretch[];
  readonly conversion: number;
  /** Typical order value in cents, and its spread (sigma of the logarithm). */
  readonly basketCents: number;
  readonly basketSpread: number;
}

interface Recipe {
  readonly share: number;
  readonly visitsPerDay: number;
  readonly conversion: number;
  readonly basketCents: number;
}

const RECIPES: Readonly<Record<Archetype, Recipe>> = {
  loyal: { share: 0.14, visitsPerDay: 0.1, conversion: 0.55, basketCents: 6_500 },
  big_spender: { share: 0.07, visitsPerDay: 0.03, conversion: 0.55, basketCents: 42_000 },
  occasional: { share: 0.25, visitsPerDay: 0.014, conversion: 0.38, basketCents: 4_800 },
  new: { share: 0.12, visitsPerDay: 0.085, conversion: 0.35, basketCents: 4_200 },
  lapsing: { share: 0.15, visitsPerDay: 0.066, conversion: 0.45, basketCents: 5_600 },
  one_time: { share: 0.15, visitsPerDay: 0.004, conversion: 0.02, basketCents: 3_900 },
  window_shopper: { share: 0.12, visitsPerDay: 0.06, conversion: 0.025, basketCents: 3_200 },
};

/** Still there after the break, at this part of the former pace. */
const AFTER_LAPSE = 0.04;
const SPREAD = { rate: 0.4, basket: 0.35, conversion: 0.25 };

function pickArchetype(random: Random): Archetype {
  let left = random.next();
  for (const archetype of ARCHETYPES) {
    left -= RECIPES[archetype].share;
    if (left < 0) return archetype;
  }
  return 'occasional';
}

function stretchesOf(
  archetype: Archetype,
  span: { firstDay: number; days: number },
  visitsPerDay: number,
  random: Random,
): Stretch[] {
  const { firstDay, days } = span;
  if (archetype !== 'lapsing') return [{ fromDay: firstDay, toDay: Infinity, visitsPerDay }];
  const stopDay = Math.max(firstDay + 30, days - 50 - random.next() * 130);
  return [
    { fromDay: firstDay, toDay: stopDay, visitsPerDay },
    { fromDay: stopDay, toDay: Infinity, visitsPerDay: visitsPerDay * AFTER_LAPSE },
  ];
}

/** Draws a customer's nature. `days`: length of the world; newcomers arrive in its last 40 days. */
export function drawNature(days: number, random: Random): Nature {
  const archetype = pickArchetype(random);
  const recipe = RECIPES[archetype];
  const visitsPerDay = recipe.visitsPerDay * Math.exp(SPREAD.rate * random.normal());
  const newcomers = Math.min(40, days / 2);
  const latest = Math.max(days - 90, days * 0.6);
  const firstDay = archetype === 'new' ? days - newcomers * random.next() : latest * random.next() ** 1.6;
  return {
    archetype,
    firstDay,
    stretches: stretchesOf(archetype, { firstDay, days }, visitsPerDay, random),
    conversion: Math.min(0.9, recipe.conversion * Math.exp(SPREAD.conversion * random.normal())),
    basketCents: recipe.basketCents * Math.exp(SPREAD.basket * random.normal()),
    basketSpread: archetype === 'big_spender' ? 0.7 : 0.45,
  };
}

/** Expected orders between two days, without the one that some customers begin with. */
export function expectedOrders(nature: Nature, fromDay: number, toDay: number): number {
  return nature.stretches.reduce((sum, stretch) => {
    const overlap = Math.min(toDay, stretch.toDay) - Math.max(fromDay, stretch.fromDay);
    return sum + Math.max(0, overlap) * stretch.visitsPerDay * nature.conversion;
  }, 0);
}
