/** The keys of the suppression list as the settings name them, newest first: 32 bytes each. */
export function suppressionKeysOf(settings: {
  readonly KOHORT_SUPPRESSION_KEY?: string | undefined;
  readonly KOHORT_SUPPRESSION_KEY_PREVIOUS?: string | undefined;
}): readonly Buffer[] {
  const { KOHORT_SUPPRESSION_KEY: current, KOHORT_SUPPRESSION_KEY_PREVIOUS: previous } = settings;
  return [...new Set([current, previous])].flatMap((hex) => (hex === undefined ? [] : [Buffer.from(hex, 'hex')]));
}
