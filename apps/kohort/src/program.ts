import { Command, CommanderError } from 'commander';
import { applyCommand } from './commands/apply';
import { bootstrapCommand } from './commands/bootstrap';
import { changesCommand } from './commands/changes';
import { clusterCommand } from './commands/cluster';
import { clustersCommand } from './commands/clusters';
import { modelsCommand } from './commands/models';
import { doctorCommand } from './commands/doctor';
import { demoCommand, doorCommand, startCommand } from './commands/hosts';
import { identityCommand } from './commands/identity';
import { importCommand } from './commands/import';
import { linkCommand } from './commands/link';
import { profileCommand } from './commands/profile';
import { profileSheetCommand } from './commands/profile-sheet';
import { projectCommand } from './commands/project';
import { propensityCommand } from './commands/propensity';
import { ruleCommand } from './commands/rule';
import { exportCommand } from './commands/export';
import { planCommand } from './commands/plan';
import { schemaCommand } from './commands/schema';
import { suppressCommand } from './commands/suppress';
import { testCommand } from './commands/test';
import { textCommand } from './commands/text';
import { traitsCommand } from './commands/traits';
import { trackingCommand } from './commands/tracking';
import { sourceCommand } from './commands/source';
import { segmentsCommand } from './commands/segments';
import { explainCommand, syncCommand } from './commands/workspace';
import { reportFailure } from './terminal/outcome';
import { KOHORT_VERSION } from './version';

/** Exit code for wrong usage: an unknown option, a missing argument. */
const USAGE = 2;

function program(): Command {
  const root = new Command('kohort')
    .description('customer segmentation: import, identity, features, clusters, predictions, live segments, syncs')
    .version(KOHORT_VERSION)
    .showSuggestionAfterError(true)
    .showHelpAfterError('(add --help for the options)');
  const commands = [
    demoCommand(),
    startCommand(),
    doorCommand(),
    bootstrapCommand(),
    importCommand(),
    sourceCommand(),
    profileCommand(),
    clusterCommand(),
    clustersCommand(),
    modelsCommand(),
    profileSheetCommand(),
    projectCommand(),
    propensityCommand(),
    textCommand(),
    linkCommand(),
    identityCommand(),
    ruleCommand(),
    testCommand(),
    exportCommand(),
    planCommand(),
    applyCommand(),
    schemaCommand(),
    trackingCommand(),
    segmentsCommand(),
    traitsCommand(),
    changesCommand(),
    explainCommand(),
    syncCommand(),
    suppressCommand(),
    doctorCommand(),
  ];
  for (const command of commands) root.addCommand(command);
  return root;
}

function quietUsage(command: Command, json: boolean): void {
  command.exitOverride();
  // Under --json the usage error is an object on standard error, not commander's prose.
  if (json) command.configureOutput({ writeErr: () => undefined });
  for (const child of command.commands) quietUsage(child, json);
}

/** Runs the command line and gives its exit code: 0 ok, 2 bad input or usage, 3 unsuitable data, 1 anything else. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  const root = program();
  const json = argv.includes('--json');
  quietUsage(root, json);
  try {
    await root.parseAsync(argv, { from: 'user' });
    // A host that ran to its end has left its own code.
    return Number(process.exitCode ?? 0);
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      if (thrown.exitCode === 0) return 0;
      if (json && thrown.code !== 'commander.help') {
        const message = thrown.message.replace(/^error: /, '');
        process.stderr.write(
          `${JSON.stringify({ error: { code: 'CLI_USAGE', message, line: null, column: null } })}\n`,
        );
      }
      return USAGE;
    }
    return reportFailure(thrown, json);
  }
}
