import { Command } from 'commander';
import { diagnose, type Finding } from '@kohort/hosts-solo';
import { kohortConfig, readConfig, searchPath } from '../config';
import { KOHORT_VERSION } from '../version';

interface DoctorFlags {
  readonly url?: string;
  readonly json?: boolean;
  readonly settings?: boolean;
  readonly settingsExample?: boolean;
}

const MARKS: Readonly<Record<Finding['state'], string>> = { ok: 'ok  ', warn: 'warn', fail: 'FAIL' };

async function run(flags: DoctorFlags): Promise<void> {
  if (flags.settingsExample) {
    process.stdout.write(kohortConfig.example());
    return;
  }
  const config = readConfig();
  if (flags.settings) {
    process.stdout.write(`${kohortConfig.print(config).join('\n')}\n`);
    return;
  }
  const findings = await diagnose({
    homeDir: config.KOHORT_HOME,
    url: flags.url ?? config.KOHORT_URL,
    nodeVersion: process.version,
    path: searchPath(),
  });
  const healthy = findings.every((finding) => finding.state !== 'fail');
  if (flags.json)
    process.stdout.write(`${JSON.stringify({ command: 'doctor', version: KOHORT_VERSION, healthy, findings })}\n`);
  else
    for (const { what, state, detail } of findings)
      process.stdout.write(`${MARKS[state]}  ${what.padEnd(20)}  ${detail}\n`);
  process.exitCode = healthy ? 0 : 1;
}

/** `kohort doctor`: what Kohort stands on here, one line each. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'check what Kohort stands on: Node, engines, memory, disk, backends, the home folder, a running Kohort',
    )
    .option('--url <address>', 'a running Kohort to ask')
    .option('--settings', 'print the configuration, secrets blanked')
    .option('--settings-example', 'print every setting with its help, as a file for the environment')
    .option('--json', 'print one JSON object')
    .action(run);
}
