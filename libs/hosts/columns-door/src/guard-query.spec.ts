import fc from 'fast-check';
import { isAppError } from '@kohort/kernel-errors';
import { deniedFunctions, guardQuery } from './guard-query';

const denied = deniedFunctions(['icebergLocal', 'numbers', 'S3Cluster']);

/** The ClickHouse code of the refusal, or 0 when the statement is let through. */
function verdict(sql: string): number {
  try {
    guardQuery(sql, denied);
    return 0;
  } catch (thrown) {
    return isAppError(thrown) ? Number(thrown.details['clickhouseCode']) : -1;
  }
}

describe('guardQuery', () => {
  it.each([
    "SELECT profile_id FROM live_events WHERE name = 'file(' GROUP BY profile_id HAVING count() > 2",
    "select 'into outfile; drop table x', properties from kohort.live_events -- system.tables url('x')",
    'WITH 3 AS n SELECT sum(number) FROM numbers(10) /* attach */ WHERE number > n;',
    '(SELECT 1) UNION ALL (SELECT 2)',
    'EXPLAIN SELECT count() FROM live_events',
    'SELECT {ids:Array(UUID)}, {x:String}',
    'SELECT `file`, "url", t.system FROM live_events AS t',
    "SELECT JSONExtractString(properties, 'file') FROM live_events FORMAT JSONEachRow",
    "SELECT format('{}-{}', name, toString(ts)) FROM live_events",
    "SELECT 'it''s', 'a\\'b; drop table c'",
  ])('lets a read through: %s', (sql) => {
    expect(verdict(sql)).toBe(0);
  });

  it.each([
    ['INSERT INTO events VALUES (1)', 164],
    ["SELECT * FROM file('/etc/passwd', LineAsString)", 446],
    ["SELECT FILE ('/etc/passwd')", 446],
    ["SELECT * FROM `file`('/etc/passwd', LineAsString)", 446],
    ['SELECT * FROM "url"/**/(\'http://x/\', LineAsString)', 446],
    ["SELECT * FROM url -- x\n('http://x/')", 446],
    ["SELECT * FROM s3Cluster('c', 'http://x/')", 446],
    ["SELECT * FROM icebergLocal('/x')", 446],
    ["SELECT * FROM remote('127.0.0.1', system.one)", 446],
    ["SELECT * FROM executable('x', CSV, 'a Int8')", 446],
    ["SELECT * FROM postgresql('h', 'd', 't', 'u', 'p')", 446],
    ["SELECT * FROM mysql('h', 'd', 't', 'u', 'p')", 446],
    ["SELECT dictGetString('d', 'a', 1)", 446],
    ["SELECT aiGenerate('x')", 446],
    ['SELECT sleepEachRow(3)', 446],
    ["SELECT 1 INTO OUTFILE '/tmp/x'", 164],
    ["SELECT 1 into\n outfile '/tmp/x'", 164],
    ["ATTACH TABLE x FROM '/tmp'", 164],
    ['SYSTEM FLUSH LOGS', 164],
    ['SET readonly = 0', 164],
    ['USE default', 164],
    ['SELECT 1; SELECT 2', 62],
    ['SELECT 1; DROP TABLE events', 62],
    ['SELECT * FROM system.query_log', 497],
    ['SELECT * FROM `system`.`tables`', 497],
    ['SELECT * FROM information_schema.tables', 497],
    ['SELECT * FROM default."/etc/passwd"', 497],
    ['SELECT * FROM "/etc/passwd"', 497],
    ['SELECT * FROM {t:Identifier}', 497],
    ['SELECT * FROM {t : identifier }', 497],
    ['SELECT * FROM "\\x66ile"(\'/etc/passwd\')', 62],
    ["SELECT 'not closed", 62],
    ['SELECT 1 /* not closed', 62],
    ['SELECT $x$ file( $x$', 62],
    ['SELECT ‘file’', 62],
    ['', 164],
    ['SHOW TABLES', 164],
  ])('refuses %s', (sql, code) => {
    expect(verdict(sql)).toBe(code);
  });

  it('refuses a call of every denied function whatever its spelling', () => {
    const spelling = (name: string, seed: number): string =>
      [...name].map((c, i) => ((seed >> (i % 30)) & 1 ? c.toUpperCase() : c)).join('');
    const gap = fc.constantFrom('', ' ', '\n', '/* x */', '-- y\n', '\t\t');
    const quote = fc.constantFrom('', '`', '"');
    fc.assert(
      fc.property(fc.constantFrom(...denied), fc.nat(), gap, quote, (name, seed, space, mark) => {
        const call = `${mark}${spelling(name, seed)}${mark}${space}('x')`;
        expect(verdict(`SELECT * FROM ${call}`)).toBe(446);
        expect(verdict(`SELECT '${name}(' || ${call}`)).toBe(446);
      }),
      { seed: 20, numRuns: 500 },
    );
  });

  it('is never led astray by what stands inside a literal', () => {
    const hostile = fc.constantFrom(
      "'",
      "''",
      '\\',
      '"',
      '`',
      '--',
      '/*',
      '*/',
      ';',
      'file(',
      '$$',
      '‘',
      '\n',
      '{',
      '}',
    );
    const literal = fc.array(hostile, { maxLength: 8 }).map((parts) => {
      const text = parts.join('').replace(/\\/g, '\\\\').replace(/'/g, "\\'");
      return `'${text}'`;
    });
    fc.assert(
      fc.property(literal, literal, (a, b) => {
        expect(verdict(`SELECT ${a}, ${b} FROM live_events`)).toBe(0);
        expect(verdict(`SELECT ${a}, url(${b}) FROM live_events`)).toBe(446);
      }),
      { seed: 21, numRuns: 500 },
    );
  });
});
