import { nearestName } from '../rule/nearest-name';
import { UNIT_MONTHS, type Duration } from '../time/duration';
import { shownDuration } from '../rule/senseless-windows';
import type { NumberOperator } from '../rule/operators';
import { readTokens, textProblem, type Token } from './tokens';
import { RESERVED, SIGNS, UNIT_WORDS } from './words';

/** A number test as JSON has it. */
export interface WrittenTest {
  readonly op: NumberOperator;
  readonly n: number | [number, number];
}

/** Words and signs stand in quotes, so that they are not read as those of the sentence; what is described does not. */
const quoted = (text: string): string => (/^(a|an|the) /.test(text) ? text : `"${text}"`);

function oneOf(expected: readonly string[]): string {
  const each = [...new Set(expected)].map(quoted);
  return each.length < 2 ? each.join('') : `${each.slice(0, -1).join(', ')} or ${each.at(-1) ?? ''}`;
}

/** Walks over a text's tokens; every refusal names line and column and what could stand there. */
export class TokenReader {
  private readonly tokens: readonly Token[];
  private at = 0;

  constructor(text: string) {
    this.tokens = readTokens(text);
  }

  /** The token `ahead` places from here. */
  peek(ahead = 0): Token {
    const token = this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)];
    if (!token) throw textProblem({ line: 1, column: 1 }, 'there is no rule');
    return token;
  }

  /** Whether these words and signs come next. */
  isNext(...texts: readonly string[]): boolean {
    return texts.every((text, i) => {
      const token = this.peek(i);
      return (token.kind === 'word' || token.kind === 'sign') && token.text === text;
    });
  }

  /** Steps over these words and signs when they come next. */
  accept(...texts: readonly string[]): boolean {
    if (!this.isNext(...texts)) return false;
    this.at += texts.length;
    return true;
  }

  expect(...texts: readonly string[]): void {
    for (const text of texts) if (!this.accept(text)) throw this.refuse([text]);
  }

  next(): Token {
    const token = this.peek();
    this.at += 1;
    return token;
  }

  refuse(expected: readonly string[]): Error {
    const token = this.peek();
    const nearest = token.kind === 'word' ? nearestName(token.text, [...expected]) : undefined;
    const hint = nearest === undefined ? '' : `; did you mean "${nearest}"?`;
    const shown = token.kind === 'end' ? 'the end' : `"${token.text.slice(0, 40)}"`;
    return textProblem(token, `expected ${oneOf(expected)}, found ${shown}${hint}`);
  }

  /** Refuses what was read last. */
  refuseLast(reason: string): Error {
    return textProblem(this.tokens[this.at - 1] ?? this.peek(), reason);
  }

  number(): number {
    if (this.peek().kind !== 'number') throw this.refuse(['a number']);
    const value = Number(this.next().text);
    if (!Number.isFinite(value)) throw this.refuseLast('the number is too large');
    return value;
  }

  string(): string {
    if (this.peek().kind !== 'string') throw this.refuse(['a text in "…"']);
    return this.next().text;
  }

  /** A name of a trait or property: a plain word that means nothing else, or anything in backticks. */
  path(): string {
    const token = this.peek();
    if (token.kind === 'path') return this.next().text;
    if (token.kind !== 'word') throw this.refuse(['a name']);
    if (RESERVED.has(token.text)) {
      throw textProblem(
        token,
        `"${token.text}" has a meaning of its own; a trait or property of that name is written \`${token.text}\``,
      );
    }
    return this.next().text;
  }

  plainWord(what: string): string {
    if (this.peek().kind !== 'word') throw this.refuse([what]);
    return this.next().text;
  }

  /** A text, a number, true or false. */
  scalar(): string | number | boolean {
    if (this.accept('true')) return true;
    if (this.accept('false')) return false;
    if (this.peek().kind === 'string') return this.string();
    if (this.peek().kind === 'number') return this.number();
    throw this.refuse(['a text in "…"', 'a number', 'true', 'false']);
  }

  list(): (string | number | boolean)[] {
    this.expect('(');
    const values: (string | number | boolean)[] = [];
    if (this.accept(')')) return values;
    do values.push(this.scalar());
    while (this.accept(','));
    this.expect(')');
    return values;
  }

  scalarOrList(): string | number | boolean | (string | number | boolean)[] {
    return this.isNext('(') ? this.list() : this.scalar();
  }

  duration(): Duration {
    const n = this.number();
    const calendar = this.accept('calendar');
    const token = this.peek();
    const unit = token.kind === 'word' ? UNIT_WORDS.get(token.text) : undefined;
    if (unit === undefined) throw this.refuse([...UNIT_WORDS.keys()].filter((word) => word.endsWith('s')));
    this.next();
    return calendar ? { n, unit, calendar } : { n, unit };
  }

  /** A length of time that a window or a comparison takes: months and longer are lengths of the calendar only. */
  span(): Duration {
    const duration = this.duration();
    const { n, unit, calendar } = duration;
    if (calendar !== true && Object.hasOwn(UNIT_MONTHS, unit))
      throw this.refuseLast(`a ${unit} has no fixed length; write "${shownDuration({ n, unit, calendar: true })}"`);
    return duration;
  }

  /** A length of time between two events, which no calendar counts. */
  fixedSpan(): Duration {
    const duration = this.duration();
    if (duration.calendar === true || Object.hasOwn(UNIT_MONTHS, duration.unit))
      throw this.refuseLast('only a fixed length can stand here, from seconds to weeks; write "30 days" for a month');
    return duration;
  }

  /** `>= 3`, `between 1 and 2`; undefined when neither comes next. */
  test(): WrittenTest | undefined {
    if (this.accept('between')) {
      const low = this.number();
      this.expect('and');
      return { op: 'between', n: [low, this.number()] };
    }
    const op = this.sign();
    return op === undefined ? undefined : { op, n: this.number() };
  }

  requiredTest(): WrittenTest {
    const test = this.test();
    if (!test) throw this.refuse([...Object.keys(SIGNS), 'between']);
    return test;
  }

  sign(): (typeof SIGNS)[string] | undefined {
    const token = this.peek();
    const op = token.kind === 'sign' ? SIGNS[token.text] : undefined;
    if (op !== undefined) this.next();
    return op;
  }
}
