import { shuffle, seededRandom } from '@kohort/kernel-clock-random';
import type { Identifier, IdentityRules } from '@kohort/kernel-contracts';
import { IdentityWorld, type WorldParts } from './identity-world';
import { cut, draftOf, limited } from './random-drafts';

/** Worlds of their own side by side: one waits for the database while another computes. */
const AT_ONCE = 4;

/** One in which merges are taken back, and one in which their links never were; false when there was none to take back. */
async function twoWorlds(parts: WorldParts, seed: number): Promise<boolean> {
  const random = seededRandom(seed);
  const rules: IdentityRules | null = seed % 2 === 0 ? null : limited;
  const drafts = Array.from({ length: 12 + random.int(10) }, (_, n) => draftOf(random, n));
  const world = await IdentityWorld.open(parts, rules);
  const links: (readonly [Identifier, Identifier])[] = [];
  for (const batch of cut(shuffle([...drafts], random), 8)) {
    await world.accept(batch);
    const log = await world.mergeLog();
    const entry = log[random.int(Math.max(1, log.length))];
    if (!entry) continue;
    await world.unmerge(entry.id);
    links.push([
      { type: entry.a_type, value: entry.a_value },
      { type: entry.b_type, value: entry.b_value },
    ]);
  }
  if (links.length === 0) return false;
  await world.settle();
  expect([seed, await world.columns()]).toEqual([seed, await world.columnsWanted()]);
  const never = await IdentityWorld.open(parts, rules);
  for (const link of links) await never.neverLink(link, rules);
  for (const batch of cut(drafts, 12)) await never.accept(batch);
  expect([seed, await world.picture()]).toEqual([seed, await never.picture()]);
  return true;
}

/** Compares so many pairs of random worlds, from a seed on; answers how many it were. */
export async function compareWorlds(parts: WorldParts, of: { readonly from: number; readonly count: number }) {
  let compared = 0;
  for (let seed = of.from; compared < of.count; seed += AT_ONCE) {
    const pairs = Array.from({ length: AT_ONCE }, (_, i) => twoWorlds(parts, seed + i));
    compared += (await Promise.all(pairs)).filter(Boolean).length;
  }
  return compared;
}
