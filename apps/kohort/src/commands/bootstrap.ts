import { configErrors } from '@kohort/kernel-config';
import { Command } from 'commander';
import { readConfig } from '../config';

/** `kohort bootstrap`: the first workspace of a cluster and its keys. */
export function bootstrapCommand(): Command {
  return new Command('bootstrap')
    .description(
      'make the first workspace of a cluster, with its keys, in the database at DATABASE_URL under KOHORT_KEY_PEPPER; keys are kept in KOHORT_HOME',
    )
    .option('--json', 'print one JSON object')
    .action(async (flags: { readonly json?: boolean }) => {
      const config = readConfig();
      const { DATABASE_URL: databaseUrl, KOHORT_HOME: homeDir, KOHORT_KEY_PEPPER: pepper } = config;
      if (databaseUrl === undefined) throw configErrors.CONFIG_INVALID({ problems: ['DATABASE_URL is required'] });
      const { bootstrapWorkspace } = await import('@kohort/hosts-solo');
      const {
        workspaceId,
        apiKey,
        writeKey,
        pepper: used,
        suppressionKey,
      } = await bootstrapWorkspace({ databaseUrl, homeDir, pepper });
      const report = { command: 'bootstrap', workspaceId, apiKey, writeKey };
      if (flags.json) process.stdout.write(`${JSON.stringify(report)}\n`);
      else {
        const lines = [`  Workspace  ${workspaceId}`, `  API key    ${apiKey}`, `  Write key  ${writeKey}`];
        if (pepper === undefined) lines.push(`  Give every process KOHORT_KEY_PEPPER=${used}`);
        if (config.KOHORT_SUPPRESSION_KEY === undefined) {
          lines.push(`  Give gateway and pipeline worker KOHORT_SUPPRESSION_KEY=${suppressionKey}`);
        }
        process.stdout.write(`${lines.join('\n')}\n`);
      }
    });
}
