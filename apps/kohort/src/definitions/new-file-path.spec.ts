import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newFilePath } from './new-file-path';

describe('the file of a definition that has none yet', () => {
  const dir = mkdtempSync(join(tmpdir(), 'kohort-new-file-'));
  const at = (...names: string[]): string => join(dir, ...names);
  const write = (...names: string[]): void => {
    mkdirSync(at(...names, '..'), { recursive: true });
    writeFileSync(at(...names), '');
  };
  afterAll(() => rmSync(dir, { recursive: true }));

  it('is beside those of its kind, where most of them are', () => {
    const segment = { kind: 'segments', key: 'vip' } as const;
    expect(newFilePath(dir, segment, [at('a.yaml')])).toBe(at('vip.yaml'));
    const files = [at('old', 'a.yaml'), at('mine', 'b.yaml'), at('mine', 'c.yaml')];
    expect(newFilePath(dir, segment, files)).toBe(at('mine', 'vip.yaml'));
    expect(newFilePath(dir, segment, files.slice(0, 2))).toBe(at('mine', 'vip.yaml'));
  });

  it('is in the folder of its kind where there are none', () => {
    expect(newFilePath(dir, { kind: 'traits', key: 'spend' }, [])).toBe(at('traits', 'spend.yaml'));
  });

  it('is never one that is there', () => {
    const model = { kind: 'models', key: 'plan' } as const;
    write('plan.yaml');
    expect(newFilePath(dir, model, [at('a.yaml')])).toBe(at('models', 'plan.yaml'));
    write('models', 'plan.yaml');
    expect(newFilePath(dir, model, [at('a.yaml')])).toBe(at('plan-models.yaml'));
    write('plan-models.yaml');
    expect(newFilePath(dir, model, [at('a.yaml')])).toBe(at('plan-models-2.yaml'));
  });
});
