import { Command } from 'commander';
import { connect, withConnection, type ConnectFlags } from '../client/connect';
import { isDone, makePlan } from '../definitions/make-plan';
import { planJson } from '../definitions/plan-file';
import { writeText } from '../files/write-output';
import { planAccount } from '../terminal/plan-account';

interface PlanFlags extends ConnectFlags {
  readonly dir: string;
  readonly out?: string;
  readonly prune?: boolean;
  readonly detailedExitcode?: boolean;
  readonly json?: boolean;
}

/** Exit code under --detailed-exitcode when there is something to do. */
const CHANGES = 4;

async function run(flags: PlanFlags): Promise<void> {
  const { dir, prune = false } = flags;
  const client = connect(flags);
  const plan = await makePlan(client, { dir, prune, withCounts: true });
  await client.close();
  const json = `${JSON.stringify(planJson(plan, { dir, prune }))}\n`;
  if (flags.out !== undefined) writeText(flags.out, json);
  process.stdout.write(flags.json === true ? json : `${planAccount(plan)}\n`);
  const isSame = isDone(plan);
  process.exitCode = flags.detailedExitcode === true && !isSame ? CHANGES : 0;
}

/** `kohort plan`: what files would change in a workspace. */
export function planCommand(): Command {
  const command = new Command('plan')
    .description(
      'hold files of segments, computed traits and cluster models against a running workspace: what would be made, changed and archived, for whom',
    )
    .requiredOption('--dir <folder>', 'folder of the files')
    .option('--prune', 'archive segments, and remove computed traits of its own, that no file has')
    .option('--out <file>', 'write the plan to a file, for `kohort apply --plan`')
    .option('--detailed-exitcode', 'exit with 4 when there is something to do')
    .option('--json', 'print the plan as one JSON object')
    .action(run);
  return withConnection(command);
}
