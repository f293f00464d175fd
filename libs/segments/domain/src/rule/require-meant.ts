import { compareCodePoints } from '../values/code-points';
import type { ParsedCondition, ParsedMeasure, ParsedNode, ParsedRule, ParsedSequence } from './parsed-rule';
import { invalid } from './rule-problem';
import { selectionsOf } from './selections-of';
import { COUNTS, NUMBERS, PERCENTILES, PROBABILITIES, RATIOS, pairFault, testFault } from './senseless-tests';
import { shownDuration, windowFault } from './senseless-windows';

type Fault = string | undefined;

/** The fault with the field that it is of. */
const of = (field: string, fault: Fault): Fault => (fault === undefined ? undefined : `${field}: ${fault}`);

function conditionFault({ path, op, operand }: ParsedCondition): Fault {
  switch (operand?.family) {
    case 'pair': {
      const { low, high } = operand;
      const isInverted =
        typeof low === 'string' && typeof high === 'string' ? compareCodePoints(low, high) > 0 : low > high;
      return of(path.text, pairFault(low, high, isInverted));
    }
    case 'span': {
      if (operand.duration.n > 0) return undefined;
      const { unit } = operand.duration;
      return `${path.text}: nothing lies within ${shownDuration(operand.duration)}; write a length of at least 1 ${unit}`;
    }
    case 'size':
      return of(`${path.text}: ${op}`, testFault(operand.test, COUNTS));
    default:
      return undefined;
  }
}

const isCounted = ({ fn }: ParsedMeasure): boolean => fn === 'distinct' || fn === 'distinctDays';

function sequenceFault({ steps, without, window }: ParsedSequence): Fault {
  const gap = steps.findIndex(({ minGapMs, maxGapMs }) => minGapMs > maxGapMs);
  if (gap >= 0)
    return `steps.${gap}.gap: "min" is longer than "max", so no two events fit; write a "max" that is no shorter`;
  const empty = without.findIndex(({ before, withinMs }) => before === null && withinMs === 0);
  if (empty >= 0) return `without.${empty}.within: nothing lies within no time; write a length of at least 1 second`;
  return windowFault(window);
}

function nodeFault(node: ParsedNode): Fault {
  switch (node.kind) {
    case 'atLeast':
      return node.n > node.children.length
        ? `${node.n} of ${node.children.length} conditions never hold; write a number of at most ${node.children.length}`
        : undefined;
    case 'trait':
    case 'text':
      return conditionFault(node.trait);
    case 'event':
      return of('count', testFault(node.count, COUNTS)) ?? windowFault(node.window);
    case 'aggregate': {
      const { test, window } = node.aggregate;
      const fault = 'n' in test ? testFault(test, isCounted(node.aggregate) ? COUNTS : NUMBERS) : undefined;
      return of('value', fault) ?? windowFault(window);
    }
    case 'sequence':
      return sequenceFault(node.sequence);
    case 'frequency':
      return of('ratio', testFault(node.ratio, RATIOS)) ?? windowFault(node.window);
    case 'lifecycle':
      return node.period.n === 0
        ? `period: nothing lies in ${shownDuration(node.period)}; write a length of at least 1 ${node.period.unit}`
        : undefined;
    case 'prediction':
      return of('value', testFault(node.test, node.measure === 'probability' ? PROBABILITIES : PERCENTILES));
    case 'top':
      return windowFault(node.by.window);
    case 'relation':
    case 'group':
      return of('count', testFault(node.count, COUNTS));
    default:
      return undefined;
  }
}

/**
 * Refuses a rule that can be read and yet cannot be meant: ends in the wrong order, windows without length, counts that no
 * count ever is, more conditions than there are. For what is being written only: a rule that is stored already goes on
 * meaning what it means, so that `parseRule` takes it.
 *
 * Cost    O(size)
 * Throws  SEGMENTS_RULE_INVALID (invalid-input) with `node` and `path`, and a sentence that says what to write
 */
export function requireMeant({ root }: ParsedRule): void {
  const visit = (node: ParsedNode, path: string): void => {
    const conditions = selectionsOf(node).flatMap(({ where }) => where);
    const fault = nodeFault(node) ?? conditions.map(conditionFault).find((one) => one !== undefined);
    if (fault !== undefined) throw invalid({ node: node.id, path }, fault);
    if ('children' in node) {
      const field = node.kind === 'atLeast' ? 'atLeast.of' : node.kind;
      node.children.forEach((child, i) => visit(child, `${path}.${field}.${i}`));
    } else if (node.kind === 'relation' || node.kind === 'group') visit(node.where, `${path}.${node.kind}.where`);
  };
  visit(root, 'where');
}
