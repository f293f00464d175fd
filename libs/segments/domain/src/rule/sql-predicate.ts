import type { AppError } from '@kohort/kernel-errors';
import { nearestName } from './nearest-name';
import { readSqlTokens, type SqlToken } from './sql-tokens';
import { SQL_AGGREGATES, SQL_COLUMNS, SQL_FUNCTIONS } from './sql-words';

/** A predicate that has been read: it is written anew from these parts, nothing of its text is passed on. */
export type SqlExpression =
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'column'; readonly name: string }
  /** The instant of evaluation. */
  | { readonly kind: 'now' }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly SqlExpression[] }
  | { readonly kind: 'unary'; readonly sign: 'NOT' | '-'; readonly of: SqlExpression }
  | { readonly kind: 'binary'; readonly sign: string; readonly left: SqlExpression; readonly right: SqlExpression }
  | {
      readonly kind: 'in';
      readonly negated: boolean;
      readonly of: SqlExpression;
      readonly list: readonly SqlExpression[];
    };

/** Makes the error of a predicate that is refused. */
export type SqlRefusal = (reason: string) => AppError;

/** Signs from the loosest to the closest binding. */
const LEVELS: readonly (readonly string[])[] = [
  ['OR'],
  ['AND'],
  ['=', '==', '!=', '<>', '<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/', '%'],
];
const CONDITIONS = new Set(LEVELS.slice(0, 3).flat());
const WORDS = new Set(['AND', 'OR', 'NOT', 'IN', 'BETWEEN']);
const DEEPEST = 40;

const isCondition = (expression: SqlExpression): boolean =>
  expression.kind === 'in' ||
  (expression.kind === 'unary' && expression.sign === 'NOT') ||
  (expression.kind === 'binary' && CONDITIONS.has(expression.sign));

class PredicateReader {
  private at = 0;
  private depth = 0;
  private isInside = false;

  constructor(
    private readonly tokens: readonly SqlToken[],
    private readonly refusal: SqlRefusal,
  ) {}

  read(): SqlExpression {
    const expression = this.level(0);
    if (this.peek().kind !== 'end') throw this.refuse(`"${this.peek().text}" is not expected here`);
    if (!isCondition(expression)) throw this.refusal('is neither true nor false: compare what it computes');
    return expression;
  }

  private peek(): SqlToken {
    return this.tokens[Math.min(this.at, this.tokens.length - 1)] ?? { kind: 'end', text: 'the end', at: 1 };
  }

  private next(): SqlToken {
    const token = this.peek();
    this.at += 1;
    return token;
  }

  private refuse(problem: string, suggestion?: string): AppError {
    const hint = suggestion === undefined ? '' : `; did you mean "${suggestion}"?`;
    return this.refusal(`character ${this.peek().at}: ${problem}${hint}`);
  }

  /** The sign or word that comes next, in capitals where it is a word. */
  private sign(): string | undefined {
    const { kind, text } = this.peek();
    if (kind === 'sign') return text;
    return kind === 'name' && WORDS.has(text.toUpperCase()) ? text.toUpperCase() : undefined;
  }

  private accept(sign: string): boolean {
    if (this.sign() !== sign) return false;
    this.at += 1;
    return true;
  }

  private expect(sign: string): void {
    if (!this.accept(sign)) throw this.refuse(`expected "${sign}", found "${this.peek().text}"`);
  }

  private level(level: number): SqlExpression {
    this.depth += 1;
    if (this.depth > DEEPEST * LEVELS.length) throw this.refuse('more brackets in each other than can be followed');
    const expression = level === 2 ? this.comparison() : this.chain(level);
    this.depth -= 1;
    return expression;
  }

  private deeper(level: number): SqlExpression {
    if (level === 1 && this.accept('NOT')) return { kind: 'unary', sign: 'NOT', of: this.deeper(1) };
    return level + 1 === LEVELS.length ? this.factor() : this.level(level + 1);
  }

  private chain(level: number): SqlExpression {
    let left = this.deeper(level);
    for (;;) {
      const sign = this.sign();
      if (sign === undefined || !(LEVELS[level] ?? []).includes(sign)) return left;
      this.at += 1;
      left = { kind: 'binary', sign, left, right: this.deeper(level) };
    }
  }

  private comparison(): SqlExpression {
    const left = this.deeper(2);
    const negated = this.accept('NOT');
    if (this.accept('IN')) return { kind: 'in', negated, of: left, list: this.list() };
    if (this.accept('BETWEEN')) {
      const low = this.deeper(2);
      this.expect('AND');
      const high = this.deeper(2);
      const [from, to] = [
        { kind: 'binary', sign: '>=', left, right: low },
        { kind: 'binary', sign: '<=', left, right: high },
      ] as const;
      const both: SqlExpression = { kind: 'binary', sign: 'AND', left: from, right: to };
      return negated ? { kind: 'unary', sign: 'NOT', of: both } : both;
    }
    if (negated) throw this.refuse('expected "IN" or "BETWEEN"');
    const sign = this.sign();
    if (sign === undefined || !(LEVELS[2] ?? []).includes(sign)) return left;
    this.at += 1;
    return { kind: 'binary', sign, left, right: this.deeper(2) };
  }

  private list(): readonly SqlExpression[] {
    this.expect('(');
    const items: SqlExpression[] = [];
    do items.push(this.literal());
    while (this.accept(','));
    this.expect(')');
    return items;
  }

  private literal(): SqlExpression {
    const isNegative = this.accept('-');
    const { kind, text } = this.peek();
    if (kind === 'number') {
      this.at += 1;
      return { kind: 'number', text: isNegative ? `-${text}` : text };
    }
    if (kind !== 'text' || isNegative) throw this.refuse("expected a text in '…' or a number");
    this.at += 1;
    return { kind: 'text', value: text };
  }

  private factor(): SqlExpression {
    if (this.accept('-')) return { kind: 'unary', sign: '-', of: this.factor() };
    if (this.accept('(')) {
      const inner = this.level(0);
      this.expect(')');
      return inner;
    }
    const { kind, text } = this.peek();
    if (kind === 'number' || kind === 'text') return this.literal();
    if (kind !== 'name' || this.sign() !== undefined) throw this.refuse(`"${text}" is not expected here`);
    return this.named();
  }

  private named(): SqlExpression {
    const token = this.next();
    if (this.sign() === '(') return this.call(token);
    if (token.text === 'now') return { kind: 'now' };
    this.at -= 1;
    if (!SQL_COLUMNS.has(token.text)) {
      throw this.refuse(`there is no column "${token.text}"`, nearestName(token.text, [...SQL_COLUMNS, 'now']));
    }
    if (!this.isInside) throw this.refuse(`"${token.text}" is of one event: it stands inside of count, sum, max, …`);
    this.at += 1;
    return { kind: 'column', name: token.text };
  }

  private call({ text: name }: SqlToken): SqlExpression {
    const isAggregate = SQL_AGGREGATES.has(name);
    if (!isAggregate && !SQL_FUNCTIONS.has(name)) {
      this.at -= 1;
      throw this.refuse(`there is no function "${name}"`, nearestName(name, [...SQL_AGGREGATES, ...SQL_FUNCTIONS]));
    }
    if (isAggregate && this.isInside) throw this.refuse(`"${name}" cannot stand inside of another of its kind`);
    this.expect('(');
    this.isInside ||= isAggregate;
    const args: SqlExpression[] = [];
    if (this.sign() !== ')') {
      do args.push(this.level(0));
      while (this.accept(','));
    }
    this.expect(')');
    if (isAggregate) this.isInside = false;
    return { kind: 'call', name, args };
  }
}

/**
 * Reads a predicate over the events of one profile: AND, OR, NOT, comparisons, IN, BETWEEN, arithmetic, a closed list of
 * functions, the columns `name`, `ts`, `properties`, `event_id` inside of aggregates, and `now`. There is no way to name a
 * table, a setting or anything else.
 *
 * Cost    O(length)
 * Throws  what `refusal` makes of the reason, which names the character
 */
export function readSqlPredicate(predicate: string, refusal: SqlRefusal): SqlExpression {
  const tokens = readSqlTokens(predicate);
  if (typeof tokens === 'number') throw refusal(`character ${tokens}: nothing of a predicate begins so`);
  return new PredicateReader(tokens, refusal).read();
}
