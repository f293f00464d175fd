import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../program';

describe('kohort tracking', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-tracking-'));
  const file = (name: string): string => join(dir, name);
  let said: string;
  beforeEach(() => {
    said = '';
    process.exitCode = undefined;
    const write = (text: string | Uint8Array): boolean => {
      said += String(text);
      return true;
    };
    jest.spyOn(process.stdout, 'write').mockImplementation(write);
    jest.spyOn(process.stderr, 'write').mockImplementation(write);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    process.exitCode = undefined;
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  const order = (n: number, properties: object = {}) => ({
    ...{ type: 'track', userId: `u${n}`, event: 'Order', messageId: `m${n}` },
    properties: { total: n, currency: ['EUR', 'USD'][n % 2], ...properties },
  });
  const write = (name: string, lines: readonly unknown[]): string => {
    writeFileSync(file(name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return file(name);
  };

  it('learns a plan that lets its own messages in, and finds by line what differs', async () => {
    const good = write(
      'good.ndjson',
      Array.from({ length: 120 }, (_, n) => order(n)),
    );
    const plan = file('plan.yaml');
    expect(await runProgram(['tracking', 'learn', '--ndjson', good, '--out', plan])).toBe(0);
    expect(readFileSync(plan, 'utf8')).toContain('unplannedEvents: flag');
    expect(await runProgram(['tracking', 'check', '--ndjson', good, '--plan', plan, '--json'])).toBe(0);
    expect(said).toContain('"blockedRows":0,"block":0,"flag":0,"pass":0');

    const strict = readFileSync(plan, 'utf8').replace(
      'actions: {}',
      'actions: { wrong_type: block, unplanned_property: flag }',
    );
    writeFileSync(file('strict.yaml'), strict);
    const bad = write('bad.ndjson', [order(1), order(2, { total: 'x' }), order(3, { extra: 1 }), { type: 'nonsense' }]);
    const args = ['--ndjson', bad, '--plan', file('strict.yaml'), '--out', file('found.ndjson')];
    expect(await runProgram(['tracking', 'check', ...args])).toBe(2);
    const found = readFileSync(file('found.ndjson'), 'utf8').trim().split('\n');
    expect(found.map((line) => JSON.parse(line) as unknown)).toEqual([
      { line: 2, event: 'Order', rule: 'wrong_type', action: 'block', path: '/properties/total' },
      { line: 3, event: 'Order', rule: 'unplanned_property', action: 'flag', path: '/properties/extra' },
      { line: 4, event: null, rule: 'refused', action: 'block', path: 'type_unknown' },
    ]);
  });

  it('says where a plan is wrong, and what it cannot learn from', async () => {
    writeFileSync(file('wrong.yaml'), 'events:\n  A:\n    schema:\n      type: objekt\n');
    const some = write('some.ndjson', [order(1)]);
    expect(await runProgram(['tracking', 'check', '--ndjson', some, '--plan', file('wrong.yaml'), '--json'])).toBe(2);
    expect(said).toMatch(/PLAN_INVALID.*line 4, column 13/);
    const none = write('none.ndjson', [{ type: 'nonsense' }]);
    expect(await runProgram(['tracking', 'learn', '--ndjson', none])).toBe(3);
    expect(await runProgram(['tracking', 'learn', '--ndjson', some, '--tolerance', '2'])).toBe(2);
  });
});
