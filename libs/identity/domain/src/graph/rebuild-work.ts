import type {
  EventId,
  HistoryEvent,
  Identifier,
  IdentityLink,
  IdentityRules,
  IdentityStanding,
  Json,
  ProfileId,
  RebuildWork,
  Rebuilding,
} from '@kohort/kernel-contracts';
import { CompiledRules } from '../rules/compile-rules';
import { identifiersOfEvent } from '../rules/event-identifiers';
import { History } from './history';
import { absorbSlice, sliceOf, touch, type ContactBook } from './history-slice';
import { rebuildParts } from './rebuild-parts';
import { Grouping } from './regroup';

const NOBODY: Identifier = { type: '', value: '' };

/**
 * Everybody made anew under some rules, from the whole history. An event that counts for known people alone counts as it
 * does now.
 *
 * Cost    the distinct identifiers and links of the workspace, its profiles, and the events that count for nobody, in
 *         memory; not the other events
 */
export function rebuildWork(rules: IdentityRules): RebuildWork {
  const compiled = new CompiledRules(rules);
  const history = new History(compiled, []);
  const contacts: ContactBook = new Map();
  const unowned = new Map<EventId, Identifier>();
  return {
    withContext: compiled.readsContext,
    slice: (events: readonly HistoryEvent[]): Json => sliceOf(events, compiled),
    absorb: (slice: Json) => absorbSlice(slice, { history, contacts, unowned }),
    forget: (profiles: Iterable<ProfileId>) => {
      for (const id of profiles) contacts.delete(id);
    },
    owned: (events) => {
      for (const event of events) {
        if (event.profileId === null) continue;
        const [identifier = NOBODY] = identifiersOfEvent(event, compiled);
        touch(contacts, event.profileId, { identifier, events: 1 });
      }
    },
    decide: (links: readonly IdentityLink[]) => history.decide(links),
    settle: (standing: IdentityStanding): Rebuilding => {
      const { profiles, identifiers: owners } = standing;
      const remade = new Grouping(
        { book: history.book, profiles, owners, stored: [] },
        compiled,
        history.settle(),
      ).rebuild();
      const { plan, targetOf } = remade;
      return { profiles: plan.profiles, targetOf, parts: rebuildParts(remade, { standing, contacts, unowned }) };
    },
  };
}
