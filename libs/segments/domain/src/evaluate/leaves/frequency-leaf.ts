import type { NumberTest } from '../../rule/operand';
import type { ParsedSelection, ParsedWindow } from '../../rule/parsed-rule';
import { exactTest } from '../exact-bound';
import { compileSelection } from '../event-index';
import type { BoundLeaf, LeafEvidence, LeafFlip, LeafPlan } from '../leaf';
import { earlier } from '../sorted-times';
import { makeWindow } from '../time-window';
import { selectionText, WindowedEvents } from './event-leaf';

type RatioTest = (a: number, b: number) => boolean;

interface FrequencyNode {
  readonly a: ParsedSelection;
  readonly b: ParsedSelection;
  readonly ratio: NumberTest;
  readonly window: ParsedWindow;
}

const NANOS = 10n ** 9n;

/** Compares a / b with the ratio without dividing; over no b there is no ratio, and nothing holds. */
function ratioTest(test: NumberTest): RatioTest {
  const exact = exactTest(test);
  return (a, b) => b > 0 && exact.quotient(BigInt(a) * NANOS, b);
}

class FrequencyLeaf implements BoundLeaf {
  constructor(
    private readonly node: FrequencyNode,
    private readonly a: WindowedEvents,
    private readonly b: WindowedEvents,
    private readonly passes: RatioTest,
  ) {}

  private counts(now: number): { a: number; b: number } {
    const [a, b] = [this.a.at(now), this.b.at(now)];
    return { a: a.end - a.start, b: b.end - b.start };
  }

  at(now: number): boolean {
    const { a, b } = this.counts(now);
    return this.passes(a, b);
  }

  nextCandidate(now: number): number | null {
    return earlier(this.a.nextCandidate(now), this.b.nextCandidate(now));
  }

  evidence(now: number): LeafEvidence {
    const { op, n, high } = this.node.ratio;
    return { ...this.a.evidence(now), values: [{ ...this.counts(now), op, ratio: op === 'between' ? [n, high] : n }] };
  }

  flip(now: number): LeafFlip | null {
    const { a, b } = this.counts(now);
    const wanted = !this.at(now);
    for (let more = 1; more <= 1000; more += 1) {
      for (const [name, da, db] of [
        [this.node.a, more, 0],
        [this.node.b, 0, more],
      ] as const) {
        if (this.passes(a + da, b + db) !== wanted) continue;
        return { records: more, text: `${more === 1 ? 'one' : more} more ${selectionText(name)}` };
      }
    }
    return null;
  }
}

/** Plans a frequency node: how often one selection happens for each of another, in one window. */
export function planFrequency(node: FrequencyNode, zone: string): LeafPlan {
  const [a, b] = [compileSelection(node.a, zone), compileSelection(node.b, zone)];
  const window = makeWindow(node.window, zone);
  const passes = ratioTest(node.ratio);
  return {
    key: `frequency ${zone} ${JSON.stringify([node.a.key, node.b.key, node.ratio, node.window])}`,
    bind: (index) =>
      new FrequencyLeaf(node, new WindowedEvents(index, a, window), new WindowedEvents(index, b, window), passes),
  };
}
