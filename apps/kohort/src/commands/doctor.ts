import type { Finding } from '@kohort/hosts-solo';
import { isAppError } from '@kohort/kernel-errors';
import { Command } from 'commander';
import { defaultConfig, kohortConfig, readConfig, type KohortConfig } from '../config';
import { textTable } from '../terminal/text-table';
import { KOHORT_VERSION } from '../version';

interface DoctorFlags {
  readonly url?: string;
  readonly json?: boolean;
  readonly settings?: boolean;
  readonly settingsExample?: boolean;
}

/** Settings that cannot be read are a finding like any other; the other checks go on with the defaults. */
function settingsOf(): { config: KohortConfig; finding: Finding } {
  try {
    const config = readConfig();
    return { config, finding: { what: 'settings', state: 'ok', detail: 'all are valid' } };
  } catch (thrown) {
    if (!isAppError(thrown)) throw thrown;
    return { config: defaultConfig(), finding: { what: 'settings', state: 'fail', detail: thrown.message } };
  }
}

async function run(flags: DoctorFlags): Promise<void> {
  if (flags.settingsExample) return void process.stdout.write(kohortConfig.example());
  if (flags.settings) return void process.stdout.write(`${kohortConfig.print(readConfig()).join('\n')}\n`);
  const { config, finding } = settingsOf();
  const { diagnose } = await import('@kohort/hosts-solo');
  const findings = [
    finding,
    ...(await diagnose({
      homeDir: config.KOHORT_HOME,
      embeddedDatabase: config.DATABASE_URL === undefined,
      embeddedColumns: config.CLICKHOUSE_URL === undefined,
      url: flags.url ?? config.KOHORT_URL,
      suppressionKey: config.KOHORT_SUPPRESSION_KEY,
      apiKey: config.KOHORT_API_KEY,
    })),
  ];
  const healthy = findings.every((one) => one.state !== 'fail');
  if (flags.json)
    process.stdout.write(`${JSON.stringify({ command: 'doctor', version: KOHORT_VERSION, healthy, findings })}\n`);
  else {
    const rows = findings.map((one) => [one.state, one.what, one.detail]);
    process.stdout.write(`${textTable(['', 'looked at', 'found'], rows)}\n`);
  }
  process.exitCode = healthy ? 0 : 1;
}

/** `kohort doctor`: whether this machine has what Kohort needs. */
export function doctorCommand(): Command {
  return new Command('doctor')
    .description(
      'check Node, engines, disk, memory, the home folder, a running Kohort and its books; exit 1 when something is missing',
    )
    .option('--url <address>', 'a running Kohort to ask')
    .option('--json', 'print one JSON object')
    .option('--settings', 'print the settings in force instead, secrets blanked')
    .option('--settings-example', 'print the text of an .env file instead')
    .action(run);
}
