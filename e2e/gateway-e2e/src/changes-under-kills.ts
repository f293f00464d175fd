import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom, type Random } from '@kohort/kernel-clock-random';
import { ChangeWorld } from '@kohort/testing-door';
import { ChangeReader } from './change-reader';
import { Door } from './door';

/** How much is written, read, cut and killed. */
export interface Ordeal {
  readonly writers: number;
  readonly changes: number;
  /** Changes of one transaction, at most; it commits up to `holdMs` after they were numbered. */
  readonly together: number;
  readonly holdMs: number;
  readonly readers: number;
  /** So many of the readers read everything; each other one reads a segment of its own. */
  readonly ofEverything: number;
  readonly disconnects: number;
  readonly livesMs: number;
  readonly kills: number;
  readonly seed: number;
  readonly people: number;
  /** Told now and then how far it is. */
  readonly onProgress?: (line: string) => void;
}

/** What came of it. */
export interface OrdealReport {
  readonly seconds: number;
  readonly written: number;
  readonly messages: number;
  readonly connections: number;
  readonly cuts: number;
  readonly kills: number;
  /** The longest that a killed gateway took to serve again. */
  readonly slowestStartMs: number;
  readonly missed: number;
  readonly repeats: number;
  readonly refusals: readonly string[];
}

/** Without any news for so long nothing more is waited for. */
const PATIENCE_MS = 240_000;
const PROGRESS_MS = 30_000;

/** The head of the change log, as the API tells it. */
export async function headOf(door: Door, key: string): Promise<string> {
  const response = await fetch(`${door.gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: '{"query":"{ changeLog { head } }"}',
  });
  const body = (await response.json()) as { data: { changeLog: { head: string } } };
  return body.data.changeLog.head;
}

async function write(world: ChangeWorld, ordeal: Ordeal, random: Random): Promise<void> {
  const { changes, together, holdMs } = ordeal;
  const left = { count: changes };
  const lane = async (): Promise<void> => {
    while (left.count > 0) {
      const count = Math.min(left.count, 1 + random.int(together));
      left.count -= count;
      await world.write(count, { random, holdMs: random.int(holdMs), tell: random.int(4) === 0 });
    }
  };
  await Promise.all(Array.from({ length: ordeal.writers }, lane));
}

/** Kills the gateway now and then until told to stop. */
async function killAgainAndAgain(
  door: Door,
  of: { readonly kills: number; readonly everyMs: number; readonly random: Random },
  isOver: () => boolean,
): Promise<{ kills: number; slowestStartMs: number }> {
  let slowestStartMs = 0;
  for (let n = 0; n < of.kills; n += 1) {
    for (let left = of.random.int(2 * of.everyMs); left > 0 && !isOver(); left -= 100) await pause(Math.min(100, left));
    if (isOver()) return { kills: n, slowestStartMs };
    await door.gateway.kill();
    await door.startAgain();
    slowestStartMs = Math.max(slowestStartMs, door.gateway.startMs);
  }
  return { kills: of.kills, slowestStartMs };
}

/**
 * Writers whose commits come out of order, readers that lose their connection, a gateway that is killed: counts what
 * readers miss of what was committed, and what they get twice.
 */
export async function changesUnderKills(ordeal: Ordeal): Promise<OrdealReport> {
  const random = seededRandom(ordeal.seed);
  const door = await Door.open();
  const readers: ChangeReader[] = [];
  const begun = Date.now();
  let telling: NodeJS.Timeout | undefined;
  const segments = ordeal.readers - ordeal.ofEverything;
  const world = await ChangeWorld.open(door.database, { people: ordeal.people, segments, writers: ordeal.writers });
  try {
    const key = await door.database.addApiKey();
    const after = await headOf(door, key);
    const ordinals = new Map<string, number>();
    const ordinalOf = (id: string): number => {
      const known = ordinals.get(id) ?? ordinals.size;
      ordinals.set(id, known);
      return known;
    };
    const { disconnects, livesMs } = ordeal;
    for (let i = 0; i < ordeal.readers; i += 1) {
      const segment = world.segments[i]?.key ?? null;
      const parts = { url: () => door.gateway.url, key, segment, after, random: seededRandom(ordeal.seed + i) };
      readers.push(new ChangeReader({ ...parts, disconnects, livesMs, ordinalOf }));
    }
    const state = { isWritten: false };
    const sum = (of: (reader: ChangeReader) => number): number => readers.reduce((all, each) => all + of(each), 0);
    const tell = (): void => {
      const [seconds, messages] = [Math.round((Date.now() - begun) / 1_000), sum((each) => each.count)];
      const cuts = sum((each) => each.cuts);
      ordeal.onProgress?.(`${seconds} s: ${world.written.length} written, ${messages} read, ${cuts} connections cut`);
    };
    telling = setInterval(tell, PROGRESS_MS);
    const everyMs = (disconnects * livesMs) / Math.max(1, ordeal.kills);
    const isCut = (): boolean => readers.every((reader) => reader.cuts >= disconnects);
    const killing = killAgainAndAgain(door, { kills: ordeal.kills, everyMs, random }, () => state.isWritten && isCut());
    await write(world, ordeal, random);
    state.isWritten = true;
    const { kills, slowestStartMs } = await killing;
    await untilQuiet(readers, (reader, i) => reader.count >= wantedOf(world, i) && reader.cuts >= disconnects);
    let missed = 0;
    for (const [i, reader] of readers.entries()) {
      const segment = world.segments[i]?.id ?? '';
      for (const id of world.written) if (id.startsWith(segment) && !reader.has(ordinalOf(id))) missed += 1;
    }
    return {
      ...{ seconds: (Date.now() - begun) / 1_000, written: world.written.length, kills, slowestStartMs, missed },
      ...{ messages: sum((each) => each.count), connections: sum((each) => each.connections) },
      ...{ cuts: sum((each) => each.cuts), repeats: sum((each) => each.repeats) },
      refusals: readers.flatMap((each) => each.refusals),
    };
  } finally {
    clearInterval(telling);
    for (const reader of readers) reader.stop();
    await world.close();
    await door.close();
  }
}

const counted = new WeakMap<ChangeWorld, Map<string, number>>();

/** How many changes a reader is to have, once all are written. */
function wantedOf(world: ChangeWorld, reader: number): number {
  const segment = world.segments[reader];
  if (!segment) return world.written.length;
  let counts = counted.get(world);
  if (!counts) {
    counts = new Map();
    for (const id of world.written) counts.set(id.slice(0, 36), (counts.get(id.slice(0, 36)) ?? 0) + 1);
    counted.set(world, counts);
  }
  return counts.get(segment.id) ?? 0;
}

async function untilQuiet(
  readers: readonly ChangeReader[],
  isDone: (reader: ChangeReader, index: number) => boolean,
): Promise<void> {
  let last = -1;
  for (let deadline = 0; ;) {
    if (readers.every(isDone)) return;
    const now = readers.reduce((all, each) => all + each.count + each.cuts, 0);
    if (now !== last) deadline = Date.now() + PATIENCE_MS;
    if (Date.now() > deadline) return;
    last = now;
    await pause(50);
  }
}
