import type { IdentityLink, IdentityRules, RebuildWork } from '@kohort/kernel-contracts';
import { CompiledRules } from '../rules/compile-rules';
import { History } from './history';
import { Grouping } from './regroup';

/**
 * Everybody made anew under some rules, from the whole history. An event that counts for known people alone counts as it
 * does now.
 *
 * Cost    the distinct identifiers and links of the workspace, and its profiles, in memory; not the events
 */
export function rebuildWork(rules: IdentityRules, decided: readonly IdentityLink[]): RebuildWork {
  const history = new History(new CompiledRules(rules), decided);
  return {
    withContext: history.rules.readsContext,
    observe: (event) => {
      if (event.knownOnly !== true || event.profileId !== null) history.observe(event);
    },
    settle: ({ profiles, identifiers }) =>
      new Grouping(
        { book: history.book, profiles, owners: identifiers, stored: [] },
        history.rules,
        history.settle(),
      ).rebuild(),
  };
}
