import type { Identifier, IdentityLink, UnassignedEvent } from '@kohort/kernel-contracts';
import type { CompiledRules } from '../rules/compile-rules';
import { identifierKey, identifiersOfEvent } from '../rules/event-identifiers';
import { LinkBook, isForced } from './link-book';
import { pairOf } from './link-order';
import { partition, type Partition } from './partition';

/** The events that count through one identifier: their span of time, their number, whether one of them makes somebody. */
export interface Span {
  first: number;
  last: number;
  events: number;
  makes: boolean;
}

/** People as the whole history has them. */
export interface World {
  readonly partition: Partition;
  /** By group; a group that no event makes somebody of is missing. */
  readonly people: ReadonlyMap<number, Span>;
}

function widen(span: Span, by: Span): void {
  span.first = Math.min(span.first, by.first);
  span.last = Math.max(span.last, by.last);
  span.events += by.events;
  span.makes ||= by.makes;
}

/**
 * Everything that a workspace's events say, under some rules, in any order.
 *
 * Cost    one entry a distinct identifier and one a distinct link: the events themselves are not kept
 */
export class History {
  readonly book = new LinkBook();
  private readonly spans = new Map<string, { readonly identifier: Identifier; readonly span: Span }>();

  /** `decided`: links that people spoke of; others are said by the events. */
  constructor(
    readonly rules: CompiledRules,
    decided: readonly IdentityLink[],
  ) {
    this.decide(decided);
  }

  /** Adds what people decided about pairs. */
  decide(decided: readonly IdentityLink[]): void {
    const { rules } = this;
    for (const link of decided) {
      if (link.state !== 'barred' && !isForced(link)) continue;
      const [one, other] = [link.a, link.b].map(({ type, value }) => rules.accept(type, value));
      if (!one || !other) continue;
      const [a, b] = pairOf(one, other, rules);
      this.book.say({ ...link, a, b, eventId: null });
    }
  }

  /** Adds an event that counts for somebody, or would if it named anybody. Answers the identifier that it counts by. */
  observe(event: UnassignedEvent): Identifier | null {
    const identifiers = identifiersOfEvent(event, this.rules);
    const [first] = identifiers;
    if (!first) return null;
    this.book.observe(event, identifiers);
    this.span(first, { first: event.ts, last: event.ts, events: 1, makes: event.knownOnly !== true });
    return first;
  }

  /** Adds events that count through one identifier, as one span. */
  span(identifier: Identifier, span: Span): void {
    const key = identifierKey(identifier);
    const known = this.spans.get(key);
    if (known) widen(known.span, span);
    else this.spans.set(key, { identifier, span: { ...span } });
  }

  /** Of each identifier that events count through the span of these. */
  counted(): Iterable<{ readonly identifier: Identifier; readonly span: Span }> {
    return this.spans.values();
  }

  /** The people that all of this makes. */
  settle(): World {
    const made = partition(this.book, this.rules);
    const people = new Map<number, Span>();
    for (const { identifier, span } of this.spans.values()) {
      const group = made.groupOf(identifier);
      if (group === undefined) continue;
      const known = people.get(group);
      if (known) widen(known, span);
      else people.set(group, { ...span });
    }
    for (const [group, { makes }] of people) if (!makes) people.delete(group);
    return { partition: made, people };
  }
}
