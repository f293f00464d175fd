import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import { connect, withConnection, type ConnectFlags } from '../client/connect';
import type { GatewayClient } from '../client/gateway-client';
import { applyModels } from '../definitions/apply-models';
import { applyPlan } from '../definitions/apply-plan';
import { applyTraits } from '../definitions/apply-traits';
import { definitionErrors } from '../definitions/definition-errors';
import { isDone, makePlan } from '../definitions/make-plan';
import { readPlan, type ReadPlan } from '../definitions/plan-file';
import { modelOutcomeAccount } from '../terminal/model-account';
import { outcomeAccount, planAccount } from '../terminal/plan-account';
import { traitOutcomeAccount } from '../terminal/trait-account';
import { KOHORT_VERSION } from '../version';
import { nameList } from './options';

interface ApplyFlags extends ConnectFlags {
  readonly dir?: string;
  readonly plan?: string;
  readonly prune?: boolean;
  readonly autoApprove?: boolean;
  readonly release?: readonly string[];
  readonly json?: boolean;
}

/** Exit code when something is left to do: the guard holds it for a person. */
const HELD = 4;

async function isConfirmed(): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const asking = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await asking.question('Apply this? Only "yes" is taken: ')).trim() === 'yes';
  } finally {
    asking.close();
  }
}

/** The plan of a file, or one made now, shown and confirmed. */
async function planOf(client: GatewayClient, flags: ApplyFlags): Promise<ReadPlan> {
  if (flags.plan !== undefined) return readPlan(flags.plan);
  const { dir = '', prune = false } = flags;
  const plan = await makePlan(client, { dir, prune, withCounts: flags.autoApprove !== true });
  if (flags.autoApprove === true || isDone(plan)) return plan;
  process.stderr.write(`${planAccount(plan)}\n`);
  if (!(await isConfirmed())) throw definitionErrors.PLAN_NOT_CONFIRMED();
  return plan;
}

async function run(flags: ApplyFlags): Promise<void> {
  if ((flags.dir === undefined) === (flags.plan === undefined)) throw definitionErrors.PLAN_UNNAMED();
  const started = performance.now();
  const client = connect(flags);
  const plan = await planOf(client, flags);
  const stop = new AbortController();
  // A step is never broken off by us: the next apply finds what is done.
  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt);
  // First: segments and models of the same folder may be about them.
  const traits = await applyTraits(client, plan.traits);
  if (flags.json !== true) for (const one of traits) process.stdout.write(`${traitOutcomeAccount(one)}\n`);
  const models = await applyModels(client, plan.models);
  if (flags.json !== true) for (const one of models) process.stdout.write(`${modelOutcomeAccount(one)}\n`);
  const outcomes = await applyPlan(client, plan, {
    release: new Set(flags.release ?? []),
    signal: stop.signal,
    onStep: (outcome) => {
      if (flags.json !== true) process.stdout.write(`${outcomeAccount(outcome)}\n`);
    },
  }).finally(() => process.off('SIGINT', interrupt));
  await client.close();
  const held = outcomes.filter(({ result }) => result === 'held').length;
  const applied = [...outcomes, ...traits, ...models].filter(({ result }) => result === 'applied').length;
  if (flags.json === true) {
    const durationMs = Math.round(performance.now() - started);
    const report = {
      command: 'apply',
      version: KOHORT_VERSION,
      fingerprint: plan.fingerprint,
      applied,
      held,
      outcomes,
      traits,
      models,
    };
    process.stdout.write(`${JSON.stringify({ ...report, durationMs })}\n`);
  } else {
    process.stdout.write(`${applied} applied, ${held} held\n`);
  }
  process.exitCode = held > 0 ? HELD : 0;
}

/** `kohort apply`: a workspace made to be as files say. */
export function applyCommand(): Command {
  const command = new Command('apply')
    .description(
      'make a running workspace be as files of segments, computed traits and cluster models say; what is done already is left',
    )
    .option('--dir <folder>', 'folder of the files')
    .option('--plan <file>', 'a plan of `kohort plan --out`; refused when the workspace has changed since')
    .option('--prune', 'archive segments, and remove computed traits of its own, that no file has')
    .option('--auto-approve', 'do not ask')
    .option(
      '--release <keys>',
      'publish these even if it takes more than 30 % out or empties them, archive them even if others name them',
      nameList,
    )
    .option('--json', 'print one JSON object')
    .action(run);
  return withConnection(command);
}
