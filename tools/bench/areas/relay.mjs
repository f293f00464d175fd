import { fork } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const title =
  'a committed message through three jobs (outbox, relay, task, queue) against BullMQ alone, median wall seconds';

const script = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'libs/platform/queue/test/hops.cjs');

/** Three jobs cost at most so many times what the bare queue costs; what is bought is the effect exactly once. */
const GOAL_RATIO = 3;

function measure() {
  return new Promise((done, fail) => {
    const child = fork(script, {
      execArgv: ['--conditions=@kohort/source'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    let answer;
    child.once('message', (message) => (answer = message));
    child.once('exit', (code) => (answer ? done(answer) : fail(new Error(`the measured process ended with ${code}`))));
  });
}

export async function run(report) {
  const { own, bare, perSecond } = await measure();
  const note = `durable PostgreSQL; one job under load: ${Math.round(perSecond)} messages/s`;
  report({ name: 'event to third job', own, reference: bare, goal: GOAL_RATIO, note });
}
