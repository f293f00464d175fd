import type { EventFormula } from './events/event-formula';
import type { FeatureDefinition, FeatureFormula, FeaturePart } from './feature-definition';
import { isTextsFormula, latestText } from './texts/texts-formula';
import type { OrderMapping } from './order-mapping';

/** The figures that a formula is made of. */
export function partsOf(formula: FeatureFormula): readonly FeaturePart[] {
  if ('aggregate' in formula || 'measure' in formula) return [formula];
  if (isTextsFormula(formula)) return [latestText(formula)];
  if ('score' in formula) return [formula.score];
  if ('cell' in formula) return formula.cell.map(({ score }) => score);
  if ('affinity' in formula) return formula.affinity;
  return 'ratio' in formula ? formula.ratio : formula.change;
}

function readsOf({ aggregate: _, event, of, weight, each, where = [] }: EventFormula): EventsRead {
  const own = [of, weight].filter((path) => path !== undefined);
  const read = each === undefined ? own : [each];
  return {
    names: event === undefined ? null : typeof event === 'string' ? [event] : event,
    properties: [...new Set([...read, ...where.map(({ path }) => path)])],
  };
}

/** Events that figures read, and their properties. */
export interface EventsRead {
  /** Null: any. */
  readonly names: readonly string[] | null;
  /** Paths of keys between dots. */
  readonly properties: readonly string[];
}

/** What a figure reads of events: which, and which of their properties. */
export function eventsRead(part: FeaturePart, orders: OrderMapping): EventsRead {
  if ('aggregate' in part) return readsOf(part);
  switch (part.measure) {
    case 'events':
      return { names: [part.name], properties: [] };
    case 'activeDays':
      return { names: null, properties: [] };
    case 'total':
      return {
        names: [orders.event],
        properties: [
          orders.orderId,
          ...(part.of === 'revenue' ? [orders.revenue] : [orders[part.of], orders.products]),
        ],
      };
    case 'largestOrder':
      return { names: [orders.event], properties: [orders.orderId, orders.revenue] };
    case 'distinctProducts':
      return { names: [orders.event], properties: [orders.orderId, orders.products] };
    default:
      return { names: [orders.event], properties: [orders.orderId] };
  }
}

/** The events whose properties some definitions read; null when those of any may be. */
export function eventsWithProperties(
  definitions: readonly FeatureDefinition[],
  orders: OrderMapping,
): readonly string[] | null {
  const reads = definitions.flatMap(({ formula }) => partsOf(formula)).map((part) => eventsRead(part, orders));
  const needed = reads.filter(({ properties }) => properties.length > 0);
  if (needed.some(({ names }) => names === null)) return null;
  return [...new Set([orders.event, ...needed.flatMap(({ names }) => names ?? [])])].sort();
}
