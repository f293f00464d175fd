import { buildSchema, print } from 'graphql';
import { DEFAULT_LIMITS } from '@kohort/gateway-resolvers';
import { LiveDocuments } from './live-document';

const schema = buildSchema(`
  type Change { id: ID cursor: String near(first: Int): [Change] }
  type Query { a: Int }
  type Subscription { changed(profile: ID, after: String): Change one(id: ID!): Change }`);

describe('LiveDocuments', () => {
  const documents = new LiveDocuments({
    schema,
    rules: { limits: DEFAULT_LIMITS, introspection: false },
    onCost: () => undefined,
  });
  const read = (text: string) => documents.read(text, null);

  it('sees that two ask for the same of different changes', () => {
    const one = read('subscription { changed(profile: "1", after: "x") { id cursor } }');
    const two = read('subscription { changed(profile: "2") { id  cursor } }');
    const other = read('subscription { changed(profile: "2") { id } }');
    expect(two.selection).toBe(one.selection);
    expect(other.selection).not.toBe(one.selection);
  });

  it('knows which variables the answer depends on', () => {
    const asked =
      'subscription ($p: ID, $n: Int) { changed(profile: $p) { near(first: $n) { ...F } } } fragment F on Change { near(first: $n) { id } }';
    expect(read(asked).variables).toEqual(['n']);
    // Where the field stands in a fragment, all of them count: less is shared, nothing wrong is.
    const hidden = 'subscription ($p: ID) { ...R } fragment R on Subscription { changed(profile: $p) { id } }';
    expect(read(hidden).variables).toEqual(['p']);
  });

  it('leaves out of what answers a change what only chose it', () => {
    const answeringOf = (text: string): string => print(read(text).answering).replace(/\s+/g, ' ').trim();
    expect(
      answeringOf('subscription ($p: ID!, $n: Int) { c: changed(profile: $p) { id near(first: $n) { id } } }'),
    ).toBe('subscription ($n: Int) { c: changed { id near(first: $n) { id } } }');
    // Where it is in a fragment, or must be given, it stays.
    const hidden = 'subscription ($p: ID) { ...R } fragment R on Subscription { changed(profile: $p) { id } }';
    expect(answeringOf(hidden)).toBe(hidden);
    const needed = 'subscription ($id: ID!) { one(id: $id) { id } }';
    expect(answeringOf(needed)).toBe(needed);
  });

  it('refuses what is no subscription, no GraphQL, not in the schema, or too much', () => {
    const codeOf = (text: string): unknown => {
      try {
        return read(text).selection;
      } catch (thrown) {
        return thrown instanceof Error && 'code' in thrown ? thrown.code : String(thrown);
      }
    };
    expect(codeOf('query { a }')).toBe('GATEWAY_NOT_A_SUBSCRIPTION');
    expect(codeOf('subscription {')).toBe('GATEWAY_DOCUMENT_INVALID');
    expect(codeOf(`subscription { changed { ${'id '.repeat(1_100)} } }`)).toBe('GATEWAY_DOCUMENT_INVALID');
    expect(codeOf('subscription { changed { nothing } }')).toMatch(/Cannot query field "nothing"/);
    expect(codeOf(`subscription { changed { ${'near { '.repeat(12)} id ${'}'.repeat(12)} } }`)).toBe(
      'GATEWAY_TOO_DEEP',
    );
  });
});
