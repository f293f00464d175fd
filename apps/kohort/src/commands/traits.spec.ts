import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TRAIT_LIBRARY } from '@kohort/features-domain';
import { z } from 'zod';
import { parseTraitFile, traitFileSchema } from '../definitions/trait-file';
import { lineageText, traitsText } from '../terminal/traits-account';
import { runProgram } from '../program';

describe('kohort traits', () => {
  let dir: string;
  let printed: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'kohort-traits-'));
    printed = '';
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      printed += String(text);
      return true;
    });
    jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    rmSync(dir, { recursive: true });
  });

  it('writes each ready-made trait as a file that is read as it is', async () => {
    for (const { key, label, unit, formula } of TRAIT_LIBRARY.slice(0, 12)) {
      const definition = { key, label, unit, formula };
      const file = join(dir, `${definition.key}.yaml`);
      expect(await runProgram(['traits', 'library', definition.key, '--out', file])).toBe(0);
      expect(parseTraitFile(file, readFileSync(file, 'utf8')).definition).toEqual(definition);
    }
    expect(await runProgram(['traits', 'library', 'nothing'])).toBe(2);
  });

  it('lists those of a group', async () => {
    expect(await runProgram(['traits', 'library', '--group', 'returns', '--json'])).toBe(0);
    const { result } = JSON.parse(printed) as { result: { group: string; key: string }[] };
    expect(result.map(({ key }) => key)).toContain('return_rate');
    expect(new Set(result.map(({ group }) => group))).toEqual(new Set(['returns']));
  });

  it('refuses a file at its line before anything is asked', async () => {
    expect(
      await runProgram(['traits', 'preview', join(dir, 'none.yaml'), '--url', 'http://127.0.0.1:1', '--key', 'k']),
    ).toBe(2);
  });

  it('has a schema for editors that names the aggregates', () => {
    const text = JSON.stringify(z.toJSONSchema(traitFileSchema, { io: 'input' }));
    for (const word of ['distinctPeriods', 'gapVariance', 'quantiles', 'affinity', 'halfLifeDays'])
      expect(text).toContain(word);
  });

  it('shows traits and lineage as lines', () => {
    const statistics = [{ asOf: '2026-01-01T00:00:00.000Z', people: 200, missing: 50, drift: 0.0312 }];
    const trait = { key: 'basket', label: 'Basket', unit: 'money', version: 1_000, builtIn: false, statistics };
    expect(traitsText([trait])).toMatch(/basket +Basket +money +own +200 +75.* +0\.031\n {2}version 1000/s);
    const edge = { from: { kind: 'EVENT', key: 'Paid' }, to: { kind: 'TRAIT', key: 'basket' } };
    expect(lineageText([edge])).toBe('  event Paid → trait basket');
    expect(lineageText([])).toContain('nothing is known');
  });
});
