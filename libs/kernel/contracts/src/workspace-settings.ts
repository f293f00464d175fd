import { z } from 'zod';

/** Days within which a message id that comes again is a duplicate. */
export const DEDUPE_DAYS = { least: 1, usual: 7, most: 30 } as const;

function isTimeZone(zone: string): boolean {
  // Offsets such as +02:00 are taken by Intl, but not by every engine that reads the setting.
  if (!/^[A-Z]/.test(zone)) return false;
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone;
    return known === zone || known.toLowerCase() !== zone.toLowerCase();
  } catch {
    return false;
  }
}

/** A time zone of the IANA database, such as Europe/Berlin or UTC, spelt as it is there. */
export const timeZoneSchema = z.string().max(64).refine(isTimeZone, 'there is no such time zone');

/** What a workspace decides for itself. Absent: as it is. `dedupeDays` null: as the processes are set. */
export const workspaceSettingsSchema = z.strictObject({
  timeZone: timeZoneSchema.optional(),
  dedupeDays: z.int().min(DEDUPE_DAYS.least).max(DEDUPE_DAYS.most).nullable().optional(),
});
export type WorkspaceSettings = z.infer<typeof workspaceSettingsSchema>;
