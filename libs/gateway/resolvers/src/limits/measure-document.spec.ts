import { buildSchema, parse, validate, type GraphQLSchema } from 'graphql';
import { isAppError } from '@kohort/kernel-errors';
import { checkDocument, requireParsed } from './check-document';
import { DEFAULT_LIMITS } from './limits';
import { measureDocument } from './measure-document';

const schema: GraphQLSchema = buildSchema(`
  type Query { segments(first: Int!): SegmentConnection! segment(key: String): Segment! any: Any! }
  union Any = Segment | Profile
  type SegmentConnection { edges: [SegmentEdge!]! nodes: [Segment!]! pageInfo: PageInfo! }
  type SegmentEdge { cursor: String! node: Segment! }
  type PageInfo { hasNextPage: Boolean! }
  type Segment { key: String! parent: Segment! sheets: [Sheet!]! members(first: Int!): ProfileConnection! }
  type Sheet { name: String! }
  type ProfileConnection { nodes: [Profile!]! }
  type Profile { id: ID! }
`);

const measured = (text: string, variables: Record<string, unknown> = {}) =>
  measureDocument(parse(text), schema, variables);

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (thrown) {
    return isAppError(thrown) ? thrown.code : 'other';
  }
  return 'none';
}

describe('measureDocument', () => {
  it('counts levels through fragments, and nothing for introspection', () => {
    expect(measured('{ segment { parent { key } } }').depth).toBe(3);
    expect(
      measured('{ segment { ...A } } fragment A on Segment { parent { ...B } } fragment B on Segment { key }').depth,
    ).toBe(3);
    expect(measured('{ __schema { types { fields { type { ofType { name } } } } } }')).toMatchObject({
      depth: 0,
      cost: 0,
      introspects: true,
    });
    expect(measured('{ segment { __typename key } }')).toMatchObject({ depth: 2, introspects: false });
  });

  it('multiplies what stands in a page by its length, wherever the length is written', () => {
    expect(measured('{ segments(first: 10) { nodes { key } } }').cost).toBe(1 + 10);
    expect(measured('{ segments(first: 10) { edges { node { key } } pageInfo { hasNextPage } } }').cost).toBe(1 + 10);
    const nested = 'query Q($n: Int! = 7) { segments(first: 3) { nodes { members(first: $n) { nodes { id } } } } }';
    expect(measured(nested, { n: 20 }).cost).toBe(1 + 3 * (1 + 1 + 20));
    expect(measured(nested).cost).toBe(1 + 3 * (1 + 1 + 7));
    expect(measured('query Q($n: Int!) { segments(first: $n) { nodes { key } } }').cost).toBe(101);
    expect(measured('{ segment { sheets { name } } }').cost).toBe(1 + 10);
  });

  it('takes a field to cost what it says', () => {
    const dear = buildSchema('type Query { past: Past! } type Past { steps: [Step!]! } type Step { size: Int }');
    const text = '{ past { steps { size } } }';
    expect(measureDocument(parse(text), dear, {}).cost).toBe(1 + 10);
    const past = dear.getQueryType()?.getFields()['past'];
    if (past) past.extensions = { complexity: 50 };
    expect(measureDocument(parse(text), dear, {}).cost).toBe(50 + 10);
  });

  it('takes the dearest operation of a document, and does not believe @skip', () => {
    const text = 'query A { segment { key } } query B { segments(first: 50) @skip(if: true) { nodes { key } } }';
    expect(measured(text).cost).toBe(51);
    expect(measured('{ any { ... on Segment { parent { key } } } }').cost).toBe(2);
  });

  it('weighs a bomb of fragments in the time it takes to read it', () => {
    const bomb = Array.from(
      { length: 60 },
      (_, i) => `fragment F${i} on Segment { a: parent { ...F${i + 1} } b: parent { ...F${i + 1} } }`,
    );
    const text = `{ segment { ...F0 } } ${bomb.join(' ')} fragment F60 on Segment { key }`;
    const measure = measured(text);
    expect(measure.cost).toBeGreaterThan(2 ** 60);
    expect(measure.depth).toBe(62);
  });

  it('ends on a cycle of fragments, which validation refuses', () => {
    const text = '{ segment { ...A } } fragment A on Segment { parent { ...A } }';
    expect(validate(schema, parse(text))).not.toEqual([]);
    expect(measured(text).depth).toBe(2);
  });

  it('counts aliases and directives of the whole document', () => {
    expect(measured('{ a: segment { k: key } } fragment A on Segment { b: key @skip(if: false) }')).toMatchObject({
      aliases: 3,
      directives: 1,
    });
  });
});

describe('checkDocument', () => {
  const check = (text: string, introspection = true): string =>
    codeOf(() =>
      checkDocument({ document: parse(text), schema, variables: {} }, { limits: DEFAULT_LIMITS, introspection }),
    );
  const deep = (levels: number): string =>
    `{ segment ${'{ parent '.repeat(levels - 2)}{ key }${' }'.repeat(levels - 2)} }`;

  it.each([
    ['12 levels', deep(12), 'none'],
    ['13 levels', deep(13), 'GATEWAY_TOO_DEEP'],
    ['15 aliases', `{ segment { ${Array.from({ length: 15 }, (_, i) => `a${i}: key`).join(' ')} } }`, 'none'],
    [
      '16 aliases',
      `{ segment { ${Array.from({ length: 16 }, (_, i) => `a${i}: key`).join(' ')} } }`,
      'GATEWAY_TOO_MANY_ALIASES',
    ],
    ['51 directives', `{ segment { key ${'@skip(if: true) '.repeat(51)} } }`, 'GATEWAY_TOO_MANY_DIRECTIVES'],
    ['999 objects', '{ segments(first: 998) { nodes { key } } }', 'none'],
    ['1,001 objects', '{ segments(first: 1000) { nodes { key } } }', 'GATEWAY_TOO_COSTLY'],
  ])('%s', (_name, text, code) => {
    expect(check(text)).toBe(code);
  });

  it('lets introspection through where it is on', () => {
    expect(check('{ __schema { queryType { name } } }', true)).toBe('none');
    expect(check('{ __schema { queryType { name } } }', false)).toBe('GATEWAY_INTROSPECTION_OFF');
    expect(check('{ segment { __typename } }', false)).toBe('none');
  });

  it('answers the cost', () => {
    const asked = { document: parse('{ segment { key } }'), schema, variables: {} };
    expect(checkDocument(asked, { limits: DEFAULT_LIMITS, introspection: false })).toBe(1);
  });
});

describe('requireParsed', () => {
  it('refuses a syntax tree that was sent as data', () => {
    const tree = parse('{ segment { key } }');
    expect(codeOf(() => requireParsed(tree))).toBe('none');
    expect(codeOf(() => requireParsed({ ...tree, loc: undefined }))).toBe('GATEWAY_DOCUMENT_INVALID');
    expect(codeOf(() => requireParsed(structuredClone({ kind: tree.kind, definitions: [] })))).toBe(
      'GATEWAY_DOCUMENT_INVALID',
    );
  });
});
