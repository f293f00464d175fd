import { compileRules, compileToSql, isBatchOnly, parseRule } from '../index';

const rule = (predicate: string): object => ({
  version: 1,
  entity: 'profile',
  where: { id: 'n1', sql: { predicate } },
});
const sqlOf = (predicate: string): { sql: string; params: Readonly<Record<string, unknown>> } =>
  compileToSql(parseRule(rule(predicate)), { workspaceId: '00000000-0000-4000-8000-000000000000', nowMs: 0 });
const refusal = (predicate: string): string => {
  try {
    parseRule(rule(predicate));
  } catch (thrown) {
    if (thrown instanceof Error) return thrown.message;
  }
  return 'taken';
};

describe('the predicate of an sql node', () => {
  it.each([
    ["countIf(name = 'Order Completed') > 3", '(countIf((name = {p0:String})) > 3)'],
    [
      'NOT count() = 1 AND max(ts) < now - toIntervalDay(30) OR count() >= 9',
      "(((NOT (count() = 1)) AND (max(ts) < (fromUnixTimestamp64Milli({p0:Int64}, 'UTC') - toIntervalDay(30)))) OR (count() >= 9))",
    ],
    [
      "sumIf(JSONExtractFloat(properties, 'total'), name IN ('A', 'B')) * 2 between 1 and 2.5e3",
      '(((sumIf(JSONExtractFloat(properties, {p0:String}), (name IN ({p1:String}, {p2:String}))) * 2) >= 1) AND ((sumIf(JSONExtractFloat(properties, {p0:String}), (name IN ({p1:String}, {p2:String}))) * 2) <= 2.5e3))',
    ],
    ['uniqExact(toDate(ts)) - -1 NOT IN (2, -3)', '((uniqExact(toDate(ts)) - (- 1)) NOT IN (2, -3))'],
  ])('is written anew: %s', (predicate, expected) => {
    expect(sqlOf(predicate).sql).toContain(`toUInt8(ifNull(${expected}, 0) != 0) AS held0`);
  });

  it('hands texts over as parameters, quotes and all', () => {
    const { sql, params } = sqlOf("countIf(name = 'it''s; DROP TABLE x --') > 0");
    expect(sql).not.toContain('DROP');
    expect(Object.values(params)).toContain("it's; DROP TABLE x --");
  });

  it.each([
    ['count() > 0; DROP TABLE events', 'character 12'],
    ['count() > 0 -- and so on', 'character 13'],
    ['count() > 0 /* x */', 'character 14'],
    ["countIf(name = 'a\\'b') > 0", 'character 16'],
    ['count() > (SELECT 1)', 'there is no column "SELECT"'],
    ["count() > (SELECT count() FROM url('http://x'))", 'there is no column "SELECT"'],
    ["file('/etc/passwd') = 'x'", 'there is no function "file"'],
    ['sleep(3) = 0', 'there is no function "sleep"'],
    ["dictGet('d', 'a', 1) = count()", 'there is no function "dictGet"'],
    ['rand() < 5 AND count() > 0', 'there is no function "rand"; did you mean'],
    ['count(*) > 0', 'is not expected'],
    ['contIf(name = 1) > 0', 'there is no function "contIf"; did you mean "countIf"?'],
    ['countIf(nam = 1) > 0', 'there is no column "nam"; did you mean "name"?'],
    ['countIf(profile_id = 1) > 0', 'there is no column "profile_id"'],
    ["name = 'A'", '"name" is of one event'],
    ['sum(count()) > 0', 'cannot stand inside'],
    ['count()', 'neither true nor false'],
    ['count() > 0 SETTINGS max_threads = 1', '"SETTINGS" is not expected here'],
    ['{x:String} = count()', 'character 1'],
    ['count() > 0 AND', '"the end" is not expected'],
    ['arrayMap(x -> x, [1]) = count()', 'character 18'],
    [`${'('.repeat(300)}count()`, 'more brackets'],
  ])('refuses %s', (predicate, reason) => {
    expect(refusal(predicate)).toContain('node n1: predicate: ');
    expect(refusal(predicate)).toContain(reason);
  });

  it('belongs to the column store alone', () => {
    const parsed = parseRule(rule('count() > 0'));
    expect(isBatchOnly(parsed)).toBe(true);
    expect(() => compileRules([{ rule: parsed }])).toThrow('a "sql" node cannot be evaluated for one profile');
  });
});
