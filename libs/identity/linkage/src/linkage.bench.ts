import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '@kohort/kernel-clock-random';
import { PEOPLE_COLUMNS, peopleWorld } from '@kohort/testing-worlds';
import { AlignmentDistance } from './compare/damerau-levenshtein';
import { JaroWinkler } from './compare/jaro-winkler';
import { packTexts } from './compare/text-units';

const FLUSH_BYTES = 1 << 20;

function write(file: string, header: readonly string[], rows: Iterable<readonly string[]>): string {
  const fd = openSync(file, 'w');
  let text = `${header.join(',')}\n`;
  for (const row of rows) {
    text += `${row.join(',')}\n`;
    if (text.length < FLUSH_BYTES) continue;
    writeSync(fd, text);
    text = '';
  }
  writeSync(fd, text);
  closeSync(fd);
  return file;
}

/** Writes a register of generated people and its true pairs. */
export function writePeople(folder: string, records: number): { readonly csv: string; readonly truth: string } {
  const world = peopleWorld({ records, seed: 1 });
  return {
    csv: write(join(folder, 'people.csv'), PEOPLE_COLUMNS, world.rows()),
    truth: write(join(folder, 'truth.csv'), ['id_a', 'id_b'], world.truePairs()),
  };
}

/** Surnames of generated people, in pairs, for the comparators. */
export function namePairs(count: number): (readonly [string, string])[] {
  const names: string[] = [];
  for (const row of peopleWorld({ records: 20_000, seed: 2 }).rows()) if (row[2]) names.push(row[2]);
  const random = seededRandom(3);
  return Array.from({ length: count }, () => [
    names[random.int(names.length)] ?? '',
    names[random.int(names.length)] ?? '',
  ]);
}

/** Compares all pairs; returns CPU seconds and the sum of the results, to hold against the peer's. */
export function runComparators(
  pairs: readonly (readonly [string, string])[],
  cpuSeconds: () => number,
): { readonly jaroWinkler: { seconds: number; sum: number }; readonly edits: { seconds: number; sum: number } } {
  const texts = packTexts(pairs.flat());
  const measured = (compare: (a: number, b: number) => number): { seconds: number; sum: number } => {
    const from = cpuSeconds();
    let sum = 0;
    for (let p = 0; p < pairs.length; p += 1) sum += compare(2 * p, 2 * p + 1);
    return { seconds: cpuSeconds() - from, sum };
  };
  const jaro = new JaroWinkler(texts);
  const edits = new AlignmentDistance(texts);
  return {
    jaroWinkler: measured((a, b) => jaro.similarity(a, b)),
    edits: measured((a, b) => edits.within(a, b, 64)),
  };
}
