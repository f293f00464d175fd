import type { SqlExpression } from '../rule/sql-predicate';
import type { SqlParams } from './sql-params';

/** Writes a predicate anew: brackets around every part, its texts as parameters. */
export function predicateSql(expression: SqlExpression, params: SqlParams, now: number): string {
  const write = (one: SqlExpression): string => predicateSql(one, params, now);
  switch (expression.kind) {
    case 'text':
      return params.text(expression.value);
    case 'number':
      return expression.text;
    case 'column':
      return expression.name;
    case 'now':
      return params.instant(now);
    case 'call':
      return `${expression.name}(${expression.args.map(write).join(', ')})`;
    case 'unary':
      return `(${expression.sign} ${write(expression.of)})`;
    case 'binary':
      return `(${write(expression.left)} ${expression.sign} ${write(expression.right)})`;
    case 'in':
      return `(${write(expression.of)} ${expression.negated ? 'NOT IN' : 'IN'} (${expression.list.map(write).join(', ')}))`;
  }
}
