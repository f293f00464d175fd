import { seededRandom, type Random } from '@kohort/kernel-clock-random';

export interface Product {
  readonly product_id: string;
  readonly name: string;
  readonly category: string;
  readonly priceCents: number;
}

const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  kitchen: ['Kettle', 'Teapot', 'Mug', 'Cake Tin', 'Apron', 'Bread Bin'],
  garden: ['Planter', 'Lantern', 'Bird Feeder', 'Watering Can', 'Bench', 'Parasol'],
  stationery: ['Notebook', 'Pen Set', 'Gift Wrap', 'Card Box', 'Ribbon', 'Calendar'],
  toys: ['Puzzle', 'Wooden Train', 'Kite', 'Doll House', 'Board Game', 'Spinning Top'],
  home: ['Cushion', 'Throw', 'Wall Clock', 'Picture Frame', 'Doormat', 'Side Table'],
  fashion: ['Scarf', 'Tote Bag', 'Umbrella', 'Gloves', 'Rain Coat', 'Sun Hat'],
};
const STYLES = ['Classic', 'Nordic', 'Vintage', 'Bright', 'Small', 'Large'] as const;
const CATALOGUE_SEED = 20_260_101;

function makeCatalogue(): readonly Product[] {
  const random = seededRandom(CATALOGUE_SEED);
  return Object.entries(CATEGORIES).flatMap(([category, things], c) =>
    things.flatMap((thing, t) =>
      STYLES.map((style, s): Product => {
        const cents = Math.round(Math.exp(6.2 + 0.35 * t + 0.5 * random.normal()) / 5) * 5;
        const number = 1000 + c * 100 + t * STYLES.length + s;
        return { product_id: `P${number}`, name: `${style} ${thing}`, category, priceCents: Math.max(95, cents) };
      }),
    ),
  );
}

/** 216 products in six categories, the same in every world. */
export const catalogue: readonly Product[] = makeCatalogue();
export const categories: readonly string[] = Object.keys(CATEGORIES);
const byCategory = new Map(
  categories.map((category) => [category, catalogue.filter((product) => product.category === category)]),
);

/** A product of the category that is liked best, most of the time. */
export function pickProduct(favourite: string, random: Random): Product {
  const shelf = (random.next() < 0.7 ? byCategory.get(favourite) : undefined) ?? catalogue;
  return shelf[random.int(shelf.length)] ?? (catalogue[0] as Product);
}
