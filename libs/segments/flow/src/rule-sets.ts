import type { LiveRules, NewRecords, SegmentId } from '@kohort/kernel-contracts';
import { ConcernedRules } from './concerned-rules';
import { compileLiveRules, type LiveRuleSet } from './live-rule-set';

/** Remembers compiled rules: live rules change seldom and are evaluated all the time. */
export class RuleSets {
  private readonly known = new Map<string, LiveRuleSet>();
  /** By the value itself, for whoever gives out the same one as long as nothing changes. */
  private readonly ofAll = new WeakMap<LiveRules, LiveRuleSet>();

  private readonly concerned = new WeakMap<LiveRuleSet, ConcernedRules>();

  constructor(private readonly limit = 64) {}

  /** The rules of a set whose answer may be another for what is new of somebody. */
  concernedBy(set: LiveRuleSet, added: NewRecords): LiveRuleSet {
    const concerned = this.concerned.get(set) ?? new ConcernedRules(set);
    this.concerned.set(set, concerned);
    return concerned.by(added);
  }

  of(rules: LiveRules, segmentIds?: readonly SegmentId[]): LiveRuleSet {
    const same = segmentIds === undefined ? this.ofAll.get(rules) : undefined;
    if (same !== undefined) return same;
    const found = this.byContent(rules, segmentIds);
    if (segmentIds === undefined) this.ofAll.set(rules, found);
    return found;
  }

  private byContent(rules: LiveRules, segmentIds?: readonly SegmentId[]): LiveRuleSet {
    const versions = rules.segments.map(({ segmentId, version, ruleHash }) => `${segmentId}:${version}:${ruleHash}`);
    const key = [rules.timezone, ...versions, '|', ...(segmentIds ?? ['*'])].join(' ');
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const made = compileLiveRules(rules, segmentIds);
    const [oldest] = this.known.keys();
    if (this.known.size >= this.limit && oldest !== undefined) this.known.delete(oldest);
    this.known.set(key, made);
    return made;
  }
}
