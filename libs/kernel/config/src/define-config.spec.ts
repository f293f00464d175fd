import { z } from 'zod';
import { booleanText, defineConfig, integerText, required } from './define-config';

const config = defineConfig({
  KOHORT_PORT: { type: integerText(0, 65535), default: 4000, audience: 'server', help: 'port of the API' },
  KOHORT_PEPPER: { type: z.string().min(8), secret: true, audience: 'server', help: 'pepper of the keys' },
  KOHORT_SAFE: { type: booleanText, default: true, audience: 'browser', help: 'safe mode' },
});

describe('configuration', () => {
  it('parses, fills in and freezes', () => {
    const parsed = config.parse({ KOHORT_PORT: '80', KOHORT_PEPPER: 'secretsecret', KOHORT_SAFE: 'no', PATH: '/bin' });
    expect(parsed).toEqual({ KOHORT_PORT: 80, KOHORT_PEPPER: 'secretsecret', KOHORT_SAFE: false });
    expect(Object.isFrozen(parsed)).toBe(true);
    expect(config.parse({ KOHORT_PORT: '', KOHORT_PEPPER: 'secretsecret' }).KOHORT_PORT).toBe(4000);
  });

  it('names every problem at once and repeats no value', () => {
    const broken = () => config.parse({ KOHORT_PORT: '99999', KOHORT_PEPPER: 'short', KOHORT_PROT: '1' });
    expect(broken).toThrow(/KOHORT_PORT .*KOHORT_PEPPER .*KOHORT_PROT is no setting/);
    expect(broken).not.toThrow(/short/);
    expect(() => config.parse({})).toThrow(/KOHORT_PEPPER is required/);
  });

  it('prints without secrets and documents itself', () => {
    const parsed = config.parse({ KOHORT_PEPPER: 'secretsecret' });
    expect(config.print(parsed)).toEqual(['KOHORT_PORT=4000', 'KOHORT_PEPPER=***', 'KOHORT_SAFE=true']);
    expect(config.example()).toContain('# pepper of the keys (required)\nKOHORT_PEPPER=\n');
  });

  it('makes an optional setting required, keeping everything else', () => {
    const optional = {
      type: z.string().min(3).optional(),
      default: undefined,
      secret: true,
      audience: 'server',
      help: 'x',
    } as const;
    const strict = defineConfig({ DATABASE_URL: required<string>(optional) });
    expect(strict.parse({ DATABASE_URL: 'abc' }).DATABASE_URL.length).toBe(3);
    expect(() => strict.parse({})).toThrow(/DATABASE_URL is required/);
    expect(() => strict.parse({ DATABASE_URL: 'ab' })).toThrow(/DATABASE_URL/);
    expect(strict.print({ DATABASE_URL: 'abc' })).toEqual(['DATABASE_URL=***']);
  });
});
