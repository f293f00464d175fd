import { join } from 'node:path';
import { inTemporaryFolder, startSolo } from '../solo-child.mjs';

export const title = 'first GraphQL answer of `kohort start`, wall seconds from the start of the process';

const LIMIT_SECONDS = { new: 20, existing: 10 };

async function firstAnswer(home) {
  const solo = await startSolo(home);
  try {
    await solo.query('{ workspace { id } }');
    return (performance.now() - solo.started) / 1000;
  } finally {
    await solo.stop();
  }
}

export async function run(report) {
  await inTemporaryFolder(async (folder) => {
    const home = join(folder, 'home');
    const note = 'embedded PostgreSQL and ClickHouse engine';
    report({ name: 'new home', own: await firstAnswer(home), limit: LIMIT_SECONDS.new, note });
    report({ name: 'existing home', own: await firstAnswer(home), limit: LIMIT_SECONDS.existing, note });
  });
}
