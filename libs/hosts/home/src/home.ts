import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceIdSchema } from '@kohort/kernel-contracts';
import { defineErrors } from '@kohort/kernel-errors';
import { z } from 'zod';

export const soloErrors = defineErrors({
  SOLO_PEPPER_DIFFERS: {
    kind: 'conflict',
    message: (d) => `${String(d['dir'])} holds keys that were made under another KOHORT_KEY_PEPPER`,
  },
  SOLO_HOME_UNREADABLE: {
    kind: 'configuration',
    message: (d) => `${String(d['file'])} is not what solo wrote there: ${String(d['reason'])}`,
  },
});

const homeSchema = z.object({
  workspaceId: workspaceIdSchema,
  /** Hex; digests of keys and signatures of cursors are made under it. */
  pepper: z.string().length(64),
  /** Hex; the suppression list is kept under it. Absent in a home of before it was asked for. */
  suppressionKey: z.string().length(64).optional(),
  apiKey: z.string(),
  writeKey: z.string(),
  url: z.string().nullable(),
});

/** What solo remembers in its folder: the workspace, the installation's secret, and the first keys. Mode 0600. */
export type SoloHome = z.infer<typeof homeSchema>;

const fileOf = (dir: string): string => join(dir, 'solo.json');

/**
 * Reads a folder's home; null when solo has never run there.
 *
 * Throws  SOLO_HOME_UNREADABLE
 */
export function readHome(dir: string): SoloHome | null {
  const file = fileOf(dir);
  if (!existsSync(file)) return null;
  try {
    return homeSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw soloErrors.SOLO_HOME_UNREADABLE({ file, reason: 'its content is damaged' }, { cause });
  }
}

/** Writes the home whole or not at all. */
export function writeHome(dir: string, home: SoloHome): void {
  mkdirSync(dir, { recursive: true });
  const temporary = `${fileOf(dir)}.${process.pid}`;
  writeFileSync(temporary, `${JSON.stringify(home, null, 2)}\n`, { mode: 0o600 });
  chmodSync(temporary, 0o600);
  renameSync(temporary, fileOf(dir));
}

/** A home for a folder that has none: new workspace id and secret; the keys are made by the caller. */
export function newHome(
  makeKeys: (workspaceId: SoloHome['workspaceId']) => { apiKey: string; writeKey: string },
): SoloHome & { readonly suppressionKey: string } {
  const workspaceId = workspaceIdSchema.parse(randomUUID());
  return {
    workspaceId,
    pepper: randomBytes(32).toString('hex'),
    suppressionKey: randomBytes(32).toString('hex'),
    ...makeKeys(workspaceId),
    url: null,
  };
}
