import { RuleTester } from 'eslint';
import { parser } from 'typescript-eslint';

const { rules } = require('./index.cjs') as { rules: Record<string, Parameters<RuleTester['run']>[1]> };

RuleTester.describe = describe;
RuleTester.it = it;
const tester = new RuleTester({ languageOptions: { parser } });
const rule = (name: string): Parameters<RuleTester['run']>[1] => {
  const found = rules[name];
  if (!found) throw new Error(`no rule ${name}`);
  return found;
};

tester.run('docstring-on-exports', rule('docstring-on-exports'), {
  valid: ['/** Adds. */ export function add(): void {}', 'export const x = 1;', 'function inner(): void {}'],
  invalid: [
    { code: 'export function add(): void {}', errors: [{ messageId: 'missing' }] },
    { code: '// adds\nexport interface A { b: number }', errors: [{ messageId: 'missing' }] },
  ],
});

tester.run('file-name', rule('file-name'), {
  valid: [{ code: 'x', filename: 'src/choose-k.params.ts' }],
  invalid: [
    { code: 'x', filename: 'src/utils.ts', errors: [{ messageId: 'forbidden' }] },
    { code: 'x', filename: 'src/types.ts', errors: [{ messageId: 'forbidden' }] },
    { code: 'x', filename: 'src/chooseK.ts', errors: [{ messageId: 'kebab' }] },
  ],
});

tester.run('no-bare-json-parse', rule('no-bare-json-parse'), {
  valid: [
    'function parseCard(t) { return schema.check(JSON.parse(t)); }',
    'schema.parse(JSON.parse(t))',
    'const readAll = (t) => JSON.parse(t)',
  ],
  invalid: [{ code: 'function card(t) { return JSON.parse(t); }', errors: [{ messageId: 'bare' }] }],
});

tester.run('no-swallowed-catch', rule('no-swallowed-catch'), {
  valid: ['try { a() } catch (e) { report(e) }', 'try { a() } catch { /* gone already */ }'],
  invalid: [
    { code: 'try { a() } catch {}', errors: [{ messageId: 'swallowed' }] },
    { code: 'function f() { try { a() } catch (e) { return; } }', errors: [{ messageId: 'swallowed' }] },
  ],
});

tester.run('units-in-names', rule('units-in-names'), {
  valid: ['interface A { timeoutMs: number; window: number }', 'interface A { timeout: string }'],
  invalid: [{ code: 'interface A { timeout: number }', errors: [{ messageId: 'unit' }] }],
});
