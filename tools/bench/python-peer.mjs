import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** Debian's own Python with python3-sklearn; see tools/reference/README.md. */
export const PYTHON = process.env.KOHORT_PYTHON ?? '/usr/bin/python3';

/**
 * Starts a Python script that answers one line of JSON for each line of JSON it reads, on one thread. It stays alive, so
 * that its runs can alternate with ours. Returns undefined, having said why, where Python or a module is absent.
 */
export async function startPeer(script, args, modules) {
  if (!existsSync(PYTHON)) {
    console.log(`  no ${PYTHON}: no reference`);
    return undefined;
  }
  const env = { ...process.env, OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };
  const probe = spawn(PYTHON, ['-c', `import ${modules.join(', ')}`], { env, stdio: 'ignore' });
  const status = await new Promise((resolve) => probe.once('exit', resolve));
  if (status !== 0) {
    console.log(`  ${PYTHON} has no ${modules.join(', ')}: no reference (apt-get install python3-sklearn)`);
    return undefined;
  }
  const child = spawn(PYTHON, [script, ...args], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(question) {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${script} ended without an answer`);
      return JSON.parse(value);
    },
    stop() {
      child.stdin.end();
    },
  };
}
