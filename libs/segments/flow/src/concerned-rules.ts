import type { NewRecords } from '@kohort/kernel-contracts';
import { segmentsNamed } from '@kohort/segments-domain';
import { recordsOf, segmentsByKey, type LiveRuleSet, type ReadableSegment } from './live-rule-set';

/** Kinds of news that are remembered of a set of rules. */
const MOST_REMEMBERED = 256;

/** What a rule looks at, as far as news of somebody are of concern to it; null: whatever is new. */
interface Look {
  readonly eventNames: readonly string[];
  readonly traitKeys: readonly string[];
}

/** True when a rule names, directly or through others, a segment of which no rule is at hand: its members are looked up. */
function looksUpMembers(byKey: ReadonlyMap<string, ReadableSegment>, segment: ReadableSegment): boolean {
  const seen = new Set<ReadableSegment>();
  const visit = (one: ReadableSegment | undefined): boolean => {
    if (one === undefined) return true;
    if (seen.has(one)) return false;
    seen.add(one);
    return [...segmentsNamed(one.parsed)].some((name) => visit(byKey.get(name)));
  };
  return visit(segment);
}

/**
 * A list may be edited, and consent stated or given to somebody with an identifier, beside what is new: who looks at that
 * is asked whenever somebody is looked at.
 */
function lookOf(byKey: ReadonlyMap<string, ReadableSegment>, segment: ReadableSegment): Look | null {
  const { eventNames, traitKeys, purposes } = recordsOf(byKey, [segment]);
  return eventNames === null || purposes.length > 0 || looksUpMembers(byKey, segment)
    ? null
    : { eventNames, traitKeys };
}

/** The rules of a set that look at what is new of somebody, for each kind of news that has come so far. */
export class ConcernedRules {
  private readonly known = new Map<string, LiveRuleSet>();
  private looks: ReadonlyMap<ReadableSegment, Look | null> | null = null;

  constructor(private readonly set: LiveRuleSet) {}

  /**
   * The rules whose answer or next instant may be another than it was, ready to be asked by themselves. All of them where
   * any leads to accounts: what is new of a person may be of concern to others then.
   *
   * Cost    a look at each rule for a kind of news that was not met before, and one for each rule's records, once
   */
  by({ eventNames, traitKeys }: NewRecords): LiveRuleSet {
    const { set } = this;
    if (set.needs.accounts !== undefined) return set;
    const names = [...new Set(eventNames)].sort();
    const kind = JSON.stringify([names, traitKeys]);
    const known = this.known.get(kind);
    if (known !== undefined) return known;
    const [named, computed] = [new Set(names), new Set(traitKeys)];
    const looks = this.looksOf();
    const made = only(set, (segment) => {
      const look = looks.get(segment) ?? null;
      if (look === null) return true;
      return look.eventNames.some((name) => named.has(name)) || look.traitKeys.some((key) => computed.has(key));
    });
    if (this.known.size >= MOST_REMEMBERED) this.known.clear();
    this.known.set(kind, made);
    return made;
  }

  private looksOf(): ReadonlyMap<ReadableSegment, Look | null> {
    if (this.looks === null) {
      const byKey = segmentsByKey(this.set.segments);
      this.looks = new Map(this.set.segments.map((one) => [one, lookOf(byKey, one)]));
    }
    return this.looks;
  }
}

/** Some rules of a set, over the leaves of all; the set itself where that is all. */
function only(set: LiveRuleSet, isWanted: (segment: ReadableSegment) => boolean): LiveRuleSet {
  const { segments: own, compiled } = set.judging.profile;
  const wanted = own.map(isWanted);
  if (wanted.every(Boolean)) return set;
  const segments = own.filter((_, i) => wanted[i]);
  const rules = compiled.rules.filter((_, i) => wanted[i]);
  return {
    ...set,
    segments,
    judging: { ...set.judging, profile: { segments, compiled: { ...compiled, rules } } },
    needs: recordsOf(segmentsByKey(set.segments), segments),
  };
}
