import type { Json } from '@kohort/kernel-contracts';
import type { ParsedPath, ParsedTrait } from '../../rule/parsed-rule';
import { readPath, type PathStep } from '../../rule/property-path';
import { compileCondition, type Condition } from '../condition';
import type { EventIndex } from '../event-index';
import type { History, TraitValue } from '../history';
import { valueEvidence, type BoundLeaf, type LeafEvidence, type LeafFlip, type LeafPlan } from '../leaf';
import { earlier, nextAbove } from '../sorted-times';

/** Anniversaries are followed to this instant, so that a rule they never turn round comes to an end. */
const LAST_ANNIVERSARY = Date.UTC(2200, 0, 1);

/** The version that holds at an instant; the list is ascending and short. */
function versionAt(versions: readonly TraitValue[], instant: number): TraitValue | undefined {
  for (let i = versions.length - 1; i >= 0; i -= 1) {
    const version = versions[i];
    if (version !== undefined && version.time <= instant) return version;
  }
  return undefined;
}

/** The values of one path over time. */
class TraitTrack {
  private readonly versions: readonly TraitValue[];
  private readonly rest: readonly PathStep[];

  constructor(history: History, path: ParsedPath) {
    const [key, ...rest] = path.steps;
    this.versions = history.traits.get(String(key)) ?? [];
    this.rest = rest;
  }

  get times(): readonly number[] {
    return this.versions.map((version) => version.time);
  }

  /** The value that holds at an instant; undefined when there is none. */
  at(instant: number): Json | undefined {
    const version = versionAt(this.versions, instant);
    return version === undefined ? undefined : readPath(version.value, this.rest);
  }
}

class TraitLeaf implements BoundLeaf {
  private readonly own: TraitTrack;
  private readonly other: TraitTrack | null;

  constructor(
    private readonly trait: ParsedTrait,
    private readonly condition: Condition,
    history: History,
  ) {
    this.own = new TraitTrack(history, trait.path);
    this.other = trait.ref === null ? null : new TraitTrack(history, trait.ref);
  }

  /** The instants whose values are looked at: one, or with `ever` every change so far and the time before them all. */
  private instants(now: number): readonly number[] {
    if (!this.trait.ever) return [Math.min(now, this.trait.asOf ?? now)];
    const changes = [...this.own.times, ...(this.other?.times ?? [])].filter((time) => time <= now);
    return [-Infinity, ...changes];
  }

  at(now: number): boolean {
    return this.instants(now).some((t) => this.condition.test(this.own.at(t), now, this.other?.at(t)));
  }

  nextCandidate(now: number): number | null {
    let next = earlier(nextAbove(this.own.times, now), this.other === null ? null : nextAbove(this.other.times, now));
    if (this.condition.nextCandidate === undefined) return next;
    for (const t of this.instants(now)) {
      const candidate = this.condition.nextCandidate(this.own.at(t), now);
      if (candidate !== null && !(this.condition.isPeriodic === true && candidate > LAST_ANNIVERSARY)) {
        next = earlier(next, candidate);
      }
    }
    return next;
  }

  evidence(now: number): LeafEvidence {
    const { path, op, written } = this.trait;
    const instants = this.instants(now);
    const holding = instants.filter((t) => this.condition.test(this.own.at(t), now, this.other?.at(t))).at(-1);
    const t = holding ?? instants.at(-1) ?? now;
    const compared = { path: path.text, actual: this.own.at(t) ?? null, op, expected: written };
    return valueEvidence(this.other === null ? compared : { ...compared, other: this.other.at(t) ?? null });
  }

  flip(now: number): LeafFlip | null {
    const { path, op, written, asOf, ever } = this.trait;
    if (asOf !== null && asOf <= now) return null;
    if (ever && this.at(now)) return null;
    const comparison = written === null ? op : `${op} ${JSON.stringify(written)}`;
    return { records: 1, text: `trait ${path.text} ${this.at(now) ? 'no longer' : 'becoming'} ${comparison}` };
  }
}

/** A comparison of the value now with what the rule says: settled when no value is stamped later and no time matters. */
function settledTrait(trait: ParsedTrait, condition: Condition): LeafPlan['settled'] {
  const isPlain = !trait.ever && trait.asOf === null && trait.ref === null && condition.nextCandidate === undefined;
  if (!isPlain) return () => undefined;
  const [first, ...rest] = trait.path.steps;
  const key = String(first);
  return ({ history }, now) => {
    const versions = history.traits.get(key);
    const latest = versions?.at(-1);
    if (latest === undefined) return condition.test(undefined, now);
    return latest.time > now ? undefined : condition.test(readPath(latest.value, rest), now);
  };
}

/** Plans a trait node: the value now, as of an instant, or at any time so far. */
export function planTrait(trait: ParsedTrait, zone: string): LeafPlan {
  const condition = compileCondition(trait, zone);
  const settled = settledTrait(trait, condition);
  return {
    key: `trait ${zone} ${JSON.stringify(trait)}`,
    ...(settled === undefined ? {} : { settled }),
    bind: (index: EventIndex) => new TraitLeaf(trait, condition, index.history),
  };
}
