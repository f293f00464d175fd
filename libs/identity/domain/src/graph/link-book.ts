import type { Identifier, IdentityLink, UnassignedEvent } from '@kohort/kernel-contracts';
import { bridgesOf, identifierKey } from '../rules/event-identifiers';
import { compareSaid, linkKey, linksOfEvent } from './link-order';

/** An identifier that was mentioned, and when first. */
export interface Mention {
  readonly identifier: Identifier;
  readonly at: number;
}

/**
 * What has been said: which identifiers exist since when, and which were said to be one person's. A function of the set
 * of statements: each keeps its earliest time, whoever comes first.
 *
 * Cost    one entry an identifier and one a pair, however many events speak of them
 */
export class LinkBook {
  private readonly mentions = new Map<string, Mention>();
  private readonly pairs = new Map<string, IdentityLink>();

  mention(identifier: Identifier, at: number): void {
    const key = identifierKey(identifier);
    const known = this.mentions.get(key);
    if (!known || at < known.at) this.mentions.set(key, { identifier: known?.identifier ?? identifier, at });
  }

  /** Adds a link as it stands; a person's decision about a pair outlives what events say of it. */
  say(link: IdentityLink): void {
    // What a person decides about a pair is no sign that anybody carries the two values.
    if (link.eventId !== null) {
      this.mention(link.a, link.at);
      this.mention(link.b, link.at);
    }
    const key = linkKey(link);
    const known = this.pairs.get(key);
    if (!known) {
      this.pairs.set(key, link);
      return;
    }
    const said = [known, link].filter(({ eventId }) => eventId !== null);
    const first = said.reduce((one, other) => (compareSaid(other, one) < 0 ? other : one), said[0] ?? known);
    const { at, messageId, eventId } = first;
    const decided = [known, link].find((one) => one.state === 'barred') ?? [known, link].find(isForced) ?? known;
    this.pairs.set(key, { ...decided, at, messageId, eventId });
  }

  /** Adds what an event says. */
  observe(event: UnassignedEvent, identifiers: readonly Identifier[]): void {
    for (const identifier of identifiers) this.mention(identifier, event.ts);
    for (const link of linksOfEvent(event, identifiers)) this.say(link);
  }

  identifiers(): readonly Mention[] {
    return [...this.mentions.values()];
  }

  /** The links that were said, without those that bridges make. */
  said(): readonly IdentityLink[] {
    return [...this.pairs.values()];
  }

  mentionedAt(identifier: Identifier): number | undefined {
    return this.mentions.get(identifierKey(identifier))?.at;
  }

  linkOf(a: Identifier, b: Identifier): IdentityLink | undefined {
    return this.pairs.get(linkKey({ a, b }));
  }

  /** All links, with those that bridges make: a previous id and the ids of the same value, since both are known. */
  links(): readonly IdentityLink[] {
    const bridges = new Map<string, IdentityLink>();
    for (const { identifier: b, at } of this.mentions.values()) {
      if (b.type !== 'previous_id') continue;
      for (const a of bridgesOf(b)) {
        const far = this.mentions.get(identifierKey(a));
        if (!far) continue;
        const key = linkKey({ a, b });
        const said = this.pairs.get(key) ?? { ...APPLIED, a, b, eventId: null };
        bridges.set(key, { ...said, cause: 'alias', at: Math.max(at, far.at), messageId: '' });
      }
    }
    return [...[...this.pairs].flatMap(([key, link]) => (bridges.has(key) ? [] : [link])), ...bridges.values()];
  }
}

const APPLIED = { state: 'applied', reason: null } as const;

/** A person's word, or a linkage run's: it holds whatever the limits say, and before all events. */
export const isForced = ({ cause }: Pick<IdentityLink, 'cause'>): boolean => cause === 'manual' || cause === 'linkage';
