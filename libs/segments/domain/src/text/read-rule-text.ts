import type { Json } from '@kohort/kernel-contracts';
import { parseRule } from '../rule/parse-rule';
import { readCount } from './read-parts';
import { asJson, readLeaf, type WrittenNode } from './read-leaves';
import { TokenReader } from './token-reader';

/** Brackets in brackets that are followed; the rule itself may be twelve levels deep. */
const DEEPEST = 60;

class RuleReader {
  private depth = 0;

  constructor(private readonly reader: TokenReader) {}

  /** `a and b or c`: `and` binds closer. */
  either(): WrittenNode {
    const children = this.chain('or', () => this.both());
    return children.length === 1 && children[0] ? children[0] : { any: children };
  }

  private both(): WrittenNode {
    const children = this.chain('and', () => this.one());
    return children.length === 1 && children[0] ? children[0] : { all: children };
  }

  private chain(word: string, read: () => WrittenNode): WrittenNode[] {
    const children = [read()];
    while (this.reader.accept(word)) children.push(read());
    return children;
  }

  private one(): WrittenNode {
    const { reader } = this;
    this.depth += 1;
    if (this.depth > DEEPEST) throw reader.refuseLast(`more than ${DEEPEST} brackets in each other`);
    const node = this.node();
    this.depth -= 1;
    return node;
  }

  private node(): WrittenNode {
    const { reader } = this;
    if (reader.accept('@')) return this.named();
    if (reader.accept('(')) return this.inBrackets();
    for (const kind of ['all', 'any', 'none'] as const) if (reader.accept(kind, '(')) return { [kind]: this.list() };
    if (reader.isNext('at', 'least')) {
      reader.expect('at', 'least');
      const n = reader.number();
      reader.expect('of', '(');
      return { atLeast: { n, of: this.list() } };
    }
    if (reader.isNext('not') && !reader.isNext('not', 'in', 'segment')) {
      reader.expect('not');
      return { none: [this.one()] };
    }
    for (const kind of ['relation', 'group'] as const) if (reader.accept(kind, 'to')) return { [kind]: this.related() };
    return readLeaf(reader);
  }

  private inBrackets(): WrittenNode {
    const node = this.either();
    this.reader.expect(')');
    return node;
  }

  /** `@("n0", label "Big baskets") (…)`. */
  private named(): WrittenNode {
    const { reader } = this;
    reader.expect('(');
    const id = reader.isNext('label') ? undefined : reader.string();
    if (id !== undefined && !reader.isNext(')')) reader.expect(',');
    const label = reader.accept('label') ? reader.string() : undefined;
    reader.expect(')', '(');
    const node = this.inBrackets();
    return { ...(id === undefined ? {} : { id }), ...(label === undefined ? {} : { label }), ...node };
  }

  private list(): WrittenNode[] {
    const { reader } = this;
    const children: WrittenNode[] = [];
    if (reader.accept(')')) return children;
    do children.push(this.either());
    while (reader.accept(','));
    reader.expect(')');
    return children;
  }

  private related(): WrittenNode {
    const { reader } = this;
    const to = reader.plainWord('account or profile');
    const quantifier = reader.plainWord('any, all, none or count');
    const count = readCount(reader);
    reader.expect('(');
    return { to, quantifier, ...(count ? { count } : {}), where: this.inBrackets() };
  }
}

/**
 * Reads the text form of a rule into its JSON, checked as every rule is.
 *
 * Shape   one rule; line ends and indentation mean nothing, `--` begins a comment
 * Cost    O(length)
 * Throws  SEGMENTS_TEXT_INVALID with `line` and `column`; SEGMENTS_RULE_… when it is no rule
 */
export function readRuleText(text: string): Json {
  const reader = new TokenReader(text);
  const isAccount = reader.accept('for', 'accounts');
  const where = new RuleReader(reader).either();
  const timezone = reader.accept('timezone') ? reader.string() : undefined;
  if (reader.peek().kind !== 'end') throw reader.refuse(['and', 'or', 'timezone', 'the end']);
  const rule = asJson({
    version: 1,
    entity: isAccount ? 'account' : 'profile',
    where,
    ...(timezone === undefined ? {} : { options: { timezone } }),
  });
  parseRule(rule);
  return rule;
}
