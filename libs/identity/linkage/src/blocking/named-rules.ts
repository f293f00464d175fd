import type { EncodedTable } from '../encode/table-encoder';
import { linkageErrors } from '../linkage-errors';
import { blockRule, type BlockRule } from './block-index';
import { blockKeys } from './block-keys';

/**
 * Blocking rules by name, such as `surname:sound + postcode`.
 *
 * Throws  LINKAGE_BAD_PARAMETER for a key that the fields do not offer, with those they do
 */
export function namedRules(table: EncodedTable, texts: readonly string[]): BlockRule[] {
  const keys = blockKeys(table);
  return texts.map((text) =>
    blockRule(
      text.split('+').map((name) => {
        const key = keys.find((candidate) => candidate.name === name.trim());
        if (!key) {
          const must = `made of ${keys.map((candidate) => candidate.name).join(', ')}`;
          throw linkageErrors.LINKAGE_BAD_PARAMETER({ parameter: `blocking key "${name.trim()}"`, must });
        }
        return key;
      }),
    ),
  );
}
