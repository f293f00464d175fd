import { threadRunner } from '@kohort/hosts-linkage';
import { linkProfiles, rebuildIdentities, simulateRules } from '@kohort/identity-flow';
import { runParams, type Json, type RunContext } from '@kohort/kernel-contracts';
import { serveThread } from '@kohort/platform-compute';
import { identityHistory, linkStore, openDatabase } from '@kohort/platform-postgres';
import { SuppressionKeys, messageScreen } from '@kohort/privacy-domain';
import type { IdentityThreadInput } from '../identity-handlers';

/** It reads, computes and writes by itself, one thing after the other. */
const CONNECTIONS = 2;

function work(
  input: IdentityThreadInput,
  context: RunContext,
  database: ReturnType<typeof openDatabase>,
): Promise<Json> {
  const { job, run, threadsDir, heapLimitMb, threads } = input;
  const screen = messageScreen(new SuppressionKeys(input.suppressionKeys));
  const history = identityHistory(database, { screen });
  switch (job) {
    case 'identity.simulate':
      return simulateRules({ history }, context, runParams[job].parse(run.params));
    case 'identity.rebuild':
      return rebuildIdentities({ history }, context, runParams[job].parse(run.params));
    case 'identity.link':
      return linkProfiles(
        {
          store: linkStore(database),
          runner: (control) => threadRunner({ threadsDir, threads, heapLimitMb, ...control }),
        },
        context,
        runParams[job].parse(run.params),
      );
  }
}

serveThread(async (input: IdentityThreadInput, { signal, onProgress }): Promise<Json> => {
  const { databaseUrl, run, fence } = input;
  const database = openDatabase({
    url: databaseUrl,
    maxConnections: CONNECTIONS,
    applicationName: 'kohort-identity-thread',
  });
  try {
    return await work(input, { run, fence, signal, onProgress }, database);
  } finally {
    await database.close();
  }
});
