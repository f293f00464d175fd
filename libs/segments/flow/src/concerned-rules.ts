import type { NewRecords } from '@kohort/kernel-contracts';
import type { NeededRecords } from '@kohort/segments-domain';
import { recordsOf, segmentsByKey, type LiveRuleSet, type ReadableSegment } from './live-rule-set';

/** Kinds of news that are remembered of a set of rules. */
const MOST_REMEMBERED = 256;

/** The rules of a set that look at what is new of somebody, for each kind of news that has come so far. */
export class ConcernedRules {
  private readonly known = new Map<string, LiveRuleSet>();
  private looks: ReadonlyMap<ReadableSegment, NeededRecords> | null = null;

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
    const isConcerned = (segment: ReadableSegment): boolean => {
      const look = looks.get(segment);
      if (look === undefined || look.eventNames === null) return true;
      return look.eventNames.some((name) => named.has(name)) || look.traitKeys.some((key) => computed.has(key));
    };
    const made = only(set, isConcerned);
    if (this.known.size >= MOST_REMEMBERED) this.known.clear();
    this.known.set(kind, made);
    return made;
  }

  private looksOf(): ReadonlyMap<ReadableSegment, NeededRecords> {
    if (this.looks === null) {
      const byKey = segmentsByKey(this.set.segments);
      this.looks = new Map(this.set.segments.map((one) => [one, recordsOf(byKey, [one])]));
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
