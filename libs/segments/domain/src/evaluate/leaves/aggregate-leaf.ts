import type { Json } from '@kohort/kernel-contracts';
import type { NumberTest, Scalar } from '../../rule/operand';
import type { ParsedAggregate } from '../../rule/parsed-rule';
import { readPath } from '../../rule/property-path';
import { AggregateSeries, shownAggregate, type AggregateValue } from '../aggregate-value';
import { exactTest } from '../exact-bound';
import { compileSelection, type SelectedEvents } from '../event-index';
import type { BoundLeaf, LeafEvidence, LeafFlip, LeafPlan } from '../leaf';
import { makeWindow } from '../time-window';
import { selectionText, WindowedEvents } from './event-leaf';

type AggregateTest = NumberTest | { readonly op: 'eq' | 'neq'; readonly value: Scalar };

/** Prepares the test; a missing value passes none. */
function aggregateTest(test: AggregateTest): (actual: AggregateValue) => boolean {
  if ('value' in test) {
    return (actual) =>
      actual.kind !== 'missing' && (actual.kind === 'scalar' && actual.value === test.value) === (test.op === 'eq');
  }
  const exact = exactTest(test);
  return (actual) => {
    if (actual.kind === 'quotient') return exact.quotient(actual.nanos, actual.divisor);
    if (actual.kind === 'number') return exact.number(actual.value);
    return actual.kind === 'scalar' && test.op === 'neq';
  };
}

class AggregateLeaf implements BoundLeaf {
  private series: { readonly of: SelectedEvents; readonly values: AggregateSeries } | null = null;

  constructor(
    private readonly node: ParsedAggregate,
    private readonly zone: string,
    private readonly windowed: WindowedEvents,
    private readonly passes: (actual: AggregateValue) => boolean,
  ) {}

  private value(now: number): AggregateValue {
    const { selected, start, end } = this.windowed.at(now);
    if (this.series?.of !== selected) {
      const steps = this.node.property?.steps;
      const samples = selected.events.map((event) => ({
        time: event.time,
        value: steps === undefined ? undefined : readPath(event.properties, steps),
      }));
      this.series = { of: selected, values: new AggregateSeries(samples, this.zone) };
    }
    return this.series.values.value(this.node.fn, { start, end }, this.node.p);
  }

  at(now: number): boolean {
    return this.passes(this.value(now));
  }

  nextCandidate(now: number): number | null {
    return this.windowed.nextCandidate(now);
  }

  evidence(now: number): LeafEvidence {
    const { fn, property, test } = this.node;
    const expected: Json = 'value' in test ? test.value : test.op === 'between' ? [test.n, test.high] : test.n;
    const actual = shownAggregate(this.value(now));
    const values = [{ fn, property: property?.text ?? null, actual, op: test.op, expected }];
    return { ...this.windowed.evidence(now), values };
  }

  flip(now: number): LeafFlip | null {
    const { fn, property, event } = this.node;
    const what = property === null ? fn : `${fn} of ${property.text}`;
    const goal = this.at(now) ? 'takes it out of' : 'brings it into';
    return { records: 1, text: `a ${selectionText(event)} that ${goal} the bounds of ${what}` };
  }
}

/** Plans an aggregate node: a number over the events of a window. */
export function planAggregate(node: ParsedAggregate, zone: string): LeafPlan {
  const matcher = compileSelection(node.event, zone);
  const window = makeWindow(node.window, zone);
  const { event, fn, property, p, test } = node;
  const passes = aggregateTest(test);
  return {
    key: `aggregate ${zone} ${JSON.stringify([event.key, fn, property?.text ?? null, p, test, node.window])}`,
    bind: (index) => new AggregateLeaf(node, zone, new WindowedEvents(index, matcher, window), passes),
  };
}
