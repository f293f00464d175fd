import type { Json, JsonObject } from '@kohort/kernel-contracts';
import type { HistoryInit } from '../src';
import type { RawPerson } from './oracle';

/** The oracle's loose person as the evaluator's input. */
export function toInit({ related: _related, ...raw }: RawPerson): HistoryInit {
  return {
    ...raw,
    events: raw.events.map((event) => ({ ...event, properties: event.properties as JsonObject })),
    traits: raw.traits.map((trait) => ({ ...trait, value: trait.value as Json })),
  };
}
