import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

describe('kernels.generated.ts', () => {
  it('is what assembly/*.ts gives', () => {
    const script = join(__dirname, '..', '..', '..', '..', 'tools', 'scripts', 'kernels.mjs');
    expect(execFileSync(process.execPath, [script, '--check'], { encoding: 'utf8' })).toMatch(/is fresh/);
  });
});
