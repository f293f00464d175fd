import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from '../program';
import { readDefinitions } from './definition-files';

describe('files of segments', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-files-'));
  const write = (name: string, text: string): void => {
    mkdirSync(join(dir, name, '..'), { recursive: true });
    writeFileSync(join(dir, name), text);
  };
  afterEach(() => {
    jest.restoreAllMocks();
    process.exitCode = undefined;
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it('are found in folders below, but for fixtures; a folder that is not there has none', async () => {
    write('one/b.yaml', 'segment: b\nlabel: B\nrule: did "B"\n');
    write('one/deep/a.json', '{"segment": "a", "label": "A", "rule": "did \\"A\\""}');
    write('one/x.segment-test.yaml', 'rule: did "A"\n');
    const found = await readDefinitions(join(dir, 'one'));
    expect(found.map(({ path, definition }) => [path, definition.key])).toEqual([
      ['b.yaml', 'b'],
      ['deep/a.json', 'a'],
    ]);
    expect(await readDefinitions(join(dir, 'none'))).toEqual([]);
  });

  it('have a key each', async () => {
    write('two/a.yaml', 'segment: same\nlabel: A\nrule: did "A"\n');
    write('two/b.yaml', 'label: A\nsegment: same\nrule: did "A"\n');
    await expect(readDefinitions(join(dir, 'two'))).rejects.toMatchObject({
      code: 'DEFINITION_INVALID',
      details: { line: 2, column: 10, reason: expect.stringContaining('a.yaml') },
    });
  });

  it('are tested as they are applied, with the segments beside them that they name', async () => {
    write('three/buyers.yaml', 'segment: buyers\nlabel: B\nrule: did "Order" and not in segment "gone"\n');
    write('three/gone.yaml', 'segment: gone\nlabel: G\nrule: did "Closed"\n');
    const events = [
      '  - { user: ann, at: 2026-05-02T10:00:00Z, track: Order }',
      '  - { user: bob, at: 2026-05-02T10:00:00Z, track: Order }',
      '  - { user: bob, at: 2026-05-03T10:00:00Z, track: Closed }',
    ].join('\n');
    const suite = (more: string): string =>
      `ruleFile: buyers.yaml\n${more}events:\n${events}\nexpect:\n  - { at: 2026-05-04T00:00:00Z, members: [ann] }\n`;
    write('three/it.segment-test.yaml', suite(''));
    let said = '';
    const take = (text: string | Uint8Array): boolean => {
      said += String(text);
      return true;
    };
    jest.spyOn(process.stdout, 'write').mockImplementation(take);
    jest.spyOn(process.stderr, 'write').mockImplementation(take);
    expect(await runProgram(['test', join(dir, 'three')])).toBe(0);
    // What the suite says itself of a segment goes before its file.
    write('three/it.segment-test.yaml', suite('segments: { gone: did "Never" }\n'));
    expect(await runProgram(['test', join(dir, 'three')])).toBe(1);
    expect(said).toContain('expected out, but in: bob');
    write('three/buyers.yaml', 'segment: buyers\nlabel: B\nrule: dit "Order"\n');
    expect(await runProgram(['test', join(dir, 'three'), '--json'])).toBe(2);
    expect(said).toContain('"line":3,"column":11');
  });

  it('are not applied without --dir or --plan, nor planned from a folder without any', async () => {
    let said = '';
    jest.spyOn(process.stderr, 'write').mockImplementation((text) => Boolean((said += String(text))));
    expect(await runProgram(['apply'])).toBe(2);
    expect(said).toContain('PLAN_UNNAMED');
    write('four/plan.json', '{"command": "plan", "steps": 3}');
    expect(
      await runProgram(['apply', '--plan', join(dir, 'four/plan.json'), '--url', 'http://127.0.0.1:1', '--key', 'k']),
    ).toBe(2);
    expect(said).toContain('PLAN_INVALID');
    expect(await runProgram(['plan', '--dir', join(dir, 'none'), '--url', 'http://127.0.0.1:1', '--key', 'k'])).toBe(2);
    expect(said).toContain('DEFINITION_NONE');
  });

  it('have a schema for editors', async () => {
    let said = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((said += String(text))));
    expect(await runProgram(['schema', 'segment'])).toBe(0);
    expect(JSON.parse(said)).toMatchObject({ required: ['segment', 'label', 'rule'], additionalProperties: false });
  });
});
