import { seededRandom, shuffle, type Random } from '@kohort/kernel-clock-random';
import { withSlip } from './damage';
import { peopleWords, type PeopleWords } from './people-words';

/** How many records, and how many of them are second records of somebody. */
export interface PeopleWorldOptions {
  readonly records: number;
  /** Share of records that repeat somebody; default 0.3. */
  readonly shareOfRepeats?: number;
  readonly seed?: number;
}

/** Columns of the records, the name of the record first. */
export const PEOPLE_COLUMNS = [
  'rec_id',
  'given_name',
  'surname',
  'street_number',
  'address_1',
  'address_2',
  'suburb',
  'postcode',
  'state',
  'date_of_birth',
  'soc_sec_id',
] as const;

/** Records about people, some of them twice or more, and which belong together. */
export interface PeopleWorld {
  /** Cells in the order of PEOPLE_COLUMNS, in random order; made as they are read. */
  readonly rows: () => Iterable<readonly string[]>;
  /** Pairs of names of records of one person, the original first. */
  readonly truePairs: () => Iterable<readonly [string, string]>;
}

const MOST_REPEATS = 4;
/** Fields damaged in a repeated record: one to four. */
const MOST_DAMAGED = 4;
const two = (n: number): string => String(n).padStart(2, '0');

function original(entity: number, words: PeopleWords, random: Random): string[] {
  const place = words.suburbs[random.int(words.suburbs.length)] ?? { suburb: '', postcode: '', state: '' };
  const orNothing = (share: number, text: string): string => (random.next() < share ? '' : text);
  return [
    `rec-${entity}-org`,
    orNothing(0.02, words.given.draw(random)),
    orNothing(0.01, words.surnames.draw(random)),
    orNothing(0.04, String(1 + Math.floor(random.next() ** 2 * 300))),
    orNothing(0.02, words.streets.draw(random)),
    orNothing(0.35, words.estates.draw(random)),
    orNothing(0.01, place.suburb),
    place.postcode,
    orNothing(0.01, place.state),
    orNothing(0.02, `${1910 + random.int(95)}${two(1 + random.int(12))}${two(1 + random.int(28))}`),
    String(100_000_000 + random.int(900_000_000)),
  ];
}

function repeated(
  cells: readonly string[],
  { entity, repeat }: { entity: number; repeat: number },
  random: Random,
  words: PeopleWords,
): string[] {
  const copy = [...cells];
  copy[0] = `rec-${entity}-dup-${repeat}`;
  const fresh = original(entity, words, random.split('other'));
  const damaged = 1 + random.int(MOST_DAMAGED);
  for (let d = 0; d < damaged; d += 1) {
    const field = 1 + random.int(PEOPLE_COLUMNS.length - 1);
    const kind = random.next();
    if (kind < 0.6) copy[field] = withSlip(copy[field] ?? '', random);
    else if (kind < 0.75) copy[field] = fresh[field] ?? '';
    else if (kind < 0.9) copy[field] = '';
    else {
      const [a, b] = field < 5 ? [1, 2] : [4, 5];
      [copy[a], copy[b]] = [copy[b] ?? '', copy[a] ?? ''];
    }
  }
  return copy;
}

/**
 * A seeded register of people with repeats that carry slips, other values, holes and exchanged fields, after the manner of
 * the FEBRL generator.
 *
 * Cost    4 bytes a record are held; rows are made anew each time they are read
 */
export function peopleWorld({ records, shareOfRepeats = 0.3, seed = 1 }: PeopleWorldOptions): PeopleWorld {
  const random = seededRandom(seed);
  const words = peopleWords();
  const repeats = Math.round(records * shareOfRepeats);
  const entities = records - repeats;
  const counts = new Uint8Array(entities);
  const draw = random.split('repeats');
  for (let left = repeats; left > 0;) {
    const entity = draw.int(entities);
    if ((counts[entity] as number) >= MOST_REPEATS) continue;
    counts[entity] = (counts[entity] as number) + 1;
    left -= 1;
  }
  const order: number[] = [];
  counts.forEach((count, entity) => {
    for (let repeat = 0; repeat <= count; repeat += 1) order.push(entity * (MOST_REPEATS + 1) + repeat);
  });
  shuffle(order, random.split('order'));
  const places = Uint32Array.from(order);
  return {
    *rows() {
      for (const place of places) {
        const entity = Math.floor(place / (MOST_REPEATS + 1));
        const repeat = place % (MOST_REPEATS + 1);
        const own = random.split(entity);
        const cells = original(entity, words, own);
        yield repeat === 0 ? cells : repeated(cells, { entity, repeat: repeat - 1 }, own.split(repeat), words);
      }
    },
    *truePairs() {
      for (let entity = 0; entity < entities; entity += 1) {
        const names = [`rec-${entity}-org`];
        for (let repeat = 0; repeat < (counts[entity] as number); repeat += 1)
          names.push(`rec-${entity}-dup-${repeat}`);
        for (let a = 0; a < names.length; a += 1) {
          for (const other of names.slice(a + 1)) yield [names[a] as string, other];
        }
      }
    },
  };
}
