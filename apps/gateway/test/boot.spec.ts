import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OWNERS } from '@kohort/pipeline-map';
import { config } from '../src/config';

const file = (name: string): string => readFileSync(join(__dirname, '..', name), 'utf8');
const needed = {
  DATABASE_URL: 'postgres://x@127.0.0.1/x',
  KOHORT_KEY_PEPPER: 'ab'.repeat(32),
  KOHORT_SUPPRESSION_KEY: 'cd'.repeat(32),
};

describe('gateway', () => {
  it('owns no job: it computes nothing long', () => {
    const owners: readonly string[] = OWNERS;
    expect(owners).not.toContain('gateway');
  });

  it('has its settings written down: .env.example is fresh', () => {
    expect(file('.env.example')).toBe(config.example());
  });

  it('is closed unless it is told otherwise', () => {
    expect(config.parse(needed)).toMatchObject({ KOHORT_PRODUCTION: true, KOHORT_HOST: '127.0.0.1' });
  });

  it('refuses a key that cannot seal, and prints none', () => {
    expect(() => config.parse({ ...needed, KOHORT_KEY_PEPPER: 'short' })).toThrow(/64 hex digits/);
    expect(() => config.parse({ KOHORT_TYPO: '1' })).toThrow(/DATABASE_URL is required.*KOHORT_TYPO is no setting/);
    expect(config.print(config.parse(needed)).join()).not.toMatch(/abab|postgres:/);
  });
});
