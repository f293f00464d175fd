import { sql } from 'kysely';
import { parseIdentityRules } from '@kohort/identity-domain';
import { seededRandom, shuffle } from '@kohort/kernel-clock-random';
import type { Identifier, RunId } from '@kohort/kernel-contracts';
import { IdentityWorld, type Draft, type WorldParts } from './identity-world';
import { cut, draftOf, limited } from './random-drafts';

/** Rules that are far from each other: limits, another priority, other types. */
export const RULE_SETS = [
  limited,
  parseIdentityRules({ identifiers: [{ type: 'anonymous_id' }, { type: 'user_id' }] }),
  parseIdentityRules({ identifiers: [{ type: 'email' }, { type: 'user_id', limit: { count: 1, period: 'ever' } }] }),
  parseIdentityRules({ ...limited, risk: { profiles: 2, action: 'block' } }),
] as const;

/** Goes on until it has ended, stopped after each step once; answers how often. In between something happens. */
async function throughStops(world: IdentityWorld, runId: RunId, between: (stop: number) => Promise<void>) {
  for (let stop = 0; ; stop += 1) {
    const abort = new AbortController();
    let steps = 0;
    const onProgress = (): void => {
      steps += 1;
      // Judging is done anew by each start, so each is let go a little further.
      if (steps > stop / 2) abort.abort();
    };
    try {
      await world.goOn(runId, { signal: abort.signal, onProgress });
      return stop;
    } catch (thrown) {
      if (!abort.signal.aborted) throw thrown;
    }
    await between(stop);
  }
}

const isSwitching = async (world: IdentityWorld): Promise<boolean> =>
  (await world.query(sql`select 1 from identity_switch`)).length > 0;

/** A random world under other rules, rebuilt with stops; compared with one that had them from the start. Answers the stops. */
export async function rebuildThroughStops(parts: WorldParts, seed: number): Promise<number> {
  const random = seededRandom(seed);
  const [before, after] = [RULE_SETS[seed % RULE_SETS.length], RULE_SETS[(seed + 1) % RULE_SETS.length]];
  if (!before || !after) throw new TypeError('there are rules');
  const all = Array.from({ length: 26 + random.int(10) }, (_, n) => draftOf(random, n));
  const late: Draft[] = all.slice(20);
  const world = await IdentityWorld.open(parts, before);
  for (const batch of cut(shuffle(all.slice(0, 20), random), 5)) await world.accept(batch);
  const runId = await world.rebuildRun(await world.saveRules(after, 'draft'));
  const barred: (readonly [Identifier, Identifier])[] = [];
  const stops = await throughStops(world, runId, async (stop) => {
    if (await isSwitching(world)) return;
    await world.accept(late.splice(0, 1 + random.int(2)));
    const log = await world.mergeLog();
    const entry = log[random.int(Math.max(1, log.length))];
    if (!entry || stop !== 1) return;
    await world.unmerge(entry.id);
    barred.push([
      { type: entry.a_type, value: entry.a_value },
      { type: entry.b_type, value: entry.b_value },
    ]);
  });
  await world.accept(late.splice(0));
  const never = await IdentityWorld.open(parts, after);
  for (const link of barred) await never.neverLink(link, after);
  for (const batch of cut(shuffle(all, random), 7)) await never.accept(batch);
  expect([seed, await world.picture()]).toEqual([seed, await never.picture()]);
  expect([seed, await world.columns()]).toEqual([seed, await world.columnsWanted()]);
  return stops;
}
