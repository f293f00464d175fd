import { listGenerations, type Database } from '@kohort/platform-postgres';
import { SuppressionKeys, privacyErrors } from '@kohort/privacy-domain';

/** The keys of the suppression list as the settings name them, newest first: 32 bytes each. */
export function suppressionKeysOf(settings: {
  readonly KOHORT_SUPPRESSION_KEY?: string | undefined;
  readonly KOHORT_SUPPRESSION_KEY_PREVIOUS?: string | undefined;
}): readonly Buffer[] {
  const { KOHORT_SUPPRESSION_KEY: current, KOHORT_SUPPRESSION_KEY_PREVIOUS: previous } = settings;
  return [...new Set([current, previous])].flatMap((hex) => (hex === undefined ? [] : [Buffer.from(hex, 'hex')]));
}

/**
 * Refuses to start without a key that entries were made under: the people behind them would come back unnoticed.
 *
 * Throws  PRIVACY_KEY_LOST; PRIVACY_KEY_MISSING, PRIVACY_KEY_TOO_SHORT
 */
export async function checkSuppressionKeys(database: Database, keys: readonly Uint8Array[]): Promise<void> {
  const { generations } = new SuppressionKeys(keys);
  for (const made of await listGenerations(database)) {
    if (!generations.includes(made)) throw privacyErrors.PRIVACY_KEY_LOST({ generation: made });
  }
}
