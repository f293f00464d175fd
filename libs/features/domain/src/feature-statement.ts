import type { ColumnParameters, WorkspaceId } from '@kohort/kernel-contracts';
import { featuresErrors } from './errors';
import { EventColumns } from './events/event-columns';
import { isTextFormula } from './events/event-formula';
import { LocalClockSql } from './events/local-clock';
import { partsOf } from './events-read';
import type { FeatureDefinition } from './feature-definition';
import { FormulaColumns } from './formula-columns';
import { everybodyAt, rowsAt, type FeatureFrame, type FeatureRowPoint } from './feature-frame';
import { orderColumns } from './order-columns';
import { checkOrderMapping, SEGMENT_ORDERS, type OrderMapping } from './order-mapping';
import { IS_ORDER, OrderMeasures } from './order-measures';
import { figuresOf, populationFormulas, populationKey } from './population-figures';
import { isTextsFormula } from './texts/texts-formula';
import { StatementParameters } from './statement-parameters';

/** Whose features: of people with at least one order up to `asOf`, or with any event. */
export type FeaturePopulation = 'customers' | 'everyone';

interface DefinitionsRequest {
  readonly workspaceId: WorkspaceId;
  /** IANA name. */
  readonly timeZone: string;
  readonly definitions: readonly FeatureDefinition[];
  readonly orders?: OrderMapping;
}

export interface FeatureRequest extends DefinitionsRequest {
  /** Epoch milliseconds; nothing later counts. */
  readonly asOf: number;
  readonly population?: FeaturePopulation;
  /** Whether what formulas are told of everybody comes too, behind the definitions. */
  readonly withFigures?: boolean;
}

/** For `ColumnStore.matrix`: `profile_id`, then one Float64 a definition, NaN where it is missing. */
export interface FeatureStatement {
  readonly sql: string;
  readonly params: ColumnParameters;
  readonly cols: number;
}

function checkTimeZone(timeZone: string): string {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return timeZone;
  } catch (cause) {
    throw featuresErrors.FEATURES_TIME_ZONE_INVALID({ timeZone }, { cause });
  }
}

interface Answered {
  readonly sorted: string;
  readonly onlyCustomers: boolean;
}

interface Assembly {
  readonly sql: (columns: readonly string[], of: Answered) => string;
  readonly formulas: FormulaColumns;
}

/** The levels below the answers: events, orders, people, and where somebody looks at everybody, everybody. */
function assemble(request: DefinitionsRequest, frame: FeatureFrame, parameters: StatementParameters): Assembly {
  const mapping = checkOrderMapping(request.orders ?? SEGMENT_ORDERS);
  const events = new EventColumns({ frame, parameters, clock: new LocalClockSql('{timeZone:String}') });
  const orders = new OrderMeasures({ frame, parameters, events });
  const formulas = new FormulaColumns({ orders, events });
  const { keys } = frame;
  const sql = (columns: readonly string[], { sorted, onlyCustomers }: Answered): string => {
    // Who is told by everybody is told by those too that are not asked for.
    const isLate = onlyCustomers && formulas.looksAround;
    const order = orderColumns(mapping, orders.parts);
    const people = `
SELECT ${keys}${isLate ? `, countIf(${IS_ORDER}) > 0 AS customer_` : ''}${orders.all}${events.all}
FROM (
  SELECT ${keys}, order_key, min(ts) AS at${orders.together}${events.some}
  FROM (
    SELECT ${keys}, event_id, name, ts, toUnixTimestamp64Milli(ts) AS ms, ${order.columns.join(',\n      ')}${events.readNames}
    FROM (
      SELECT ${keys}, event_id, name, ts, name = ${parameters.text(mapping.event)} AS is_order,
        ${order.read("if(is_order, properties, '{}')")} AS o${events.read}
      ${frame.source}
    )
  )
  GROUP BY ${keys}, order_key
)
GROUP BY ${keys}
${onlyCustomers && !isLate ? `HAVING countIf(${IS_ORDER}) > 0` : ''}`;
    const from = formulas.aroundPeople(isLate ? `${keys}, customer_` : keys, people);
    return `SELECT ${columns.join(',\n  ')}\nFROM (${from})${isLate ? ' WHERE customer_' : ''}\nORDER BY ${sorted}`;
  };
  return { sql, formulas };
}

const isOfCustomers = ({ population }: FeatureRequest): boolean => population !== 'everyone';

/**
 * The features of everybody in one pass over the events: grouped to orders, then to people. Both GROUP BYs begin with
 * the profile, by which a cluster is sharded.
 *
 * Shape   profile_id, then one Float64 column a definition; rows in the order of the ids' text (ClickHouse's own order
 *         of UUIDs compares the second half first). With `withFigures`, behind them the figures of
 *         `populationFormulas(definitions)`, alike in every row
 * Cost    one read of the workspace's events up to `asOf`; the properties of events that a definition names are parsed
 * Throws  FEATURES_KEY_INVALID, FEATURES_TIME_ZONE_INVALID; FEATURES_TEXT for a definition whose values are texts
 */
export function featureStatement(request: FeatureRequest): FeatureStatement {
  const { definitions, asOf, workspaceId } = request;
  const timeZone = checkTimeZone(request.timeZone);
  const parameters = new StatementParameters();
  const { sql, formulas } = assemble(request, everybodyAt(asOf, { timeZone, parameters }), parameters);
  const columns = definitions.map((definition, i) => `${formulas.number(definition)} AS f${i}`);
  const figures = request.withFigures
    ? populationFormulas(definitions).flatMap((formula) =>
        Array.from({ length: figuresOf(formula) }, (_, i) => formulas.figure(populationKey(formula), i)),
      )
    : [];
  const all = ['profile_id', ...columns, ...figures.map((figure, i) => `${figure} AS q${i}_`)];
  const text = sql(all, { onlyCustomers: isOfCustomers(request), sorted: 'toString(profile_id)' });
  const params = { workspaceId, asOfMs: asOf, timeZone, ...parameters.values };
  return { sql: text, params, cols: definitions.length + figures.length };
}

/**
 * The features that are texts, of everybody; no more than the first `most` characters of each, where that is said.
 *
 * Shape   profile_id as text, then `f0`, `f1` …, Nullable(String), one a definition; rows in the order of the ids' text
 * Cost    as `featureStatement`
 */
export function textFeatureStatement(request: FeatureRequest, most?: number): Omit<FeatureStatement, 'cols'> {
  const { definitions, asOf, workspaceId } = request;
  const timeZone = checkTimeZone(request.timeZone);
  const parameters = new StatementParameters();
  const { sql, formulas } = assemble(request, everybodyAt(asOf, { timeZone, parameters }), parameters);
  const shown = (text: string): string => (most === undefined ? text : `substringUTF8(${text}, 1, ${Number(most)})`);
  const columns = definitions.map((definition, i) => `${shown(formulas.text(definition))} AS f${i}`);
  const answered = { onlyCustomers: isOfCustomers(request), sorted: 'profile' };
  const text = sql(['toString(profile_id) AS profile', ...columns], answered);
  return { sql: text, params: { workspaceId, asOfMs: asOf, timeZone, ...parameters.values } };
}

/**
 * Features of some people, each as of an instant of its own: nothing later is in a row.
 *
 * Shape   profile_id, the place of the row in `rows` from 1, then one Float64 column a definition; a row without any
 *         event by then has none
 * Size    some thousand rows: they travel with the statement
 * Throws  as `featureStatement`; FEATURES_NEEDS_EVERYBODY for a formula that looks at everybody
 */
export function pointFeatureStatement(
  request: DefinitionsRequest & { readonly rows: readonly FeatureRowPoint[] },
): FeatureStatement {
  const { definitions, rows, workspaceId } = request;
  const timeZone = checkTimeZone(request.timeZone);
  const lookingAround = definitions.find((definition) => populationFormulas([definition]).length > 0);
  if (lookingAround) throw featuresErrors.FEATURES_NEEDS_EVERYBODY({ key: lookingAround.key });
  const parameters = new StatementParameters();
  const { sql, formulas } = assemble(request, rowsAt(rows, { timeZone, parameters }), parameters);
  const columns = definitions.map((definition, i) => `${formulas.number(definition)} AS f${i}`);
  const answered = { onlyCustomers: false, sorted: 'row_' };
  const text = sql(['profile_id', 'toFloat64(row_) AS place_', ...columns], answered);
  return { sql: text, params: { workspaceId, timeZone, ...parameters.values }, cols: definitions.length + 1 };
}

/** Whether a definition's values are texts. */
export const isTextFeature = ({ formula }: FeatureDefinition): boolean =>
  ('aggregate' in formula && isTextFormula(formula)) || (isTextsFormula(formula) && formula.texts === 'sentiment');

/** Whose traits a set computes: everybody's, where one looks at events beside orders; else those who ordered. */
export const featurePopulation = (definitions: readonly FeatureDefinition[]): FeaturePopulation =>
  definitions.some(({ formula }) => partsOf(formula).some((part) => 'aggregate' in part)) ? 'everyone' : 'customers';
