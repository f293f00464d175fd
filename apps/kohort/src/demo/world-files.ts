import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { retailWorld } from '@kohort/testing-worlds';

/** A day in milliseconds; worlds are made of days. */
const DAY_MS = 86_400_000;
const WORLD_DAYS = 150;

/** The built-in seeded world as an import file, and the instant at which it ends. */
export interface WorldFile {
  readonly file: string;
  readonly asOf: string;
  readonly customers: number;
}

/**
 * Writes the world of a seeded shop as NDJSON of Segment messages. It ends at the last midnight (UTC) before `nowMs`, so
 * that the live step's new orders are the newest events.
 */
export async function writeWorld(
  dir: string,
  world: { customers: number; seed: number; nowMs: number },
): Promise<WorldFile> {
  const endAt = Math.floor(world.nowMs / DAY_MS) * DAY_MS;
  const made = retailWorld({ customers: world.customers, seed: world.seed, endAt, days: WORLD_DAYS });
  const file = join(dir, 'world.ndjson');
  await pipeline(Readable.from(made.ndjson()), createWriteStream(file));
  return { file, asOf: new Date(endAt).toISOString(), customers: world.customers };
}
