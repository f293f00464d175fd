import { Command } from 'commander';
import { connect, withConnection, type ConnectFlags } from '../client/connect';
import { clientErrors } from '../client/client-errors';
import { followJob } from '../client/jobs';
import { FAILURE_FIELDS, payloadOf, type MutationAnswer } from '../client/results';
import { membershipText, type RemoteExplanation } from '../terminal/membership-account';
import { textTable } from '../terminal/text-table';
import { printFound } from '../terminal/print-found';

interface JsonFlag extends ConnectFlags {
  readonly json?: boolean;
}

/** `kohort explain PERSON SEGMENT`: why somebody is in, or is not. */
export function explainCommand(): Command {
  const command = new Command('explain')
    .description('say why a person is in a segment, or is not, and what would change it')
    .argument('<person>', 'profile id, or any identifier (user id, anonymous id)')
    .argument('<segment>', 'key of the segment')
    .option('--json', 'print one JSON object')
    .action(async (person: string, segment: string, flags: JsonFlag) => {
      const client = connect(flags);
      const isId = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(person);
      const { profile } = await client.query<{ profile: { id: string } | null }>(
        'query ($id: ID, $identifier: String) { profile(id: $id, identifier: $identifier) { id } }',
        isId ? { id: person } : { identifier: person },
      );
      if (!profile)
        throw clientErrors.CLIENT_REFUSED({ reason: 'there is no such person', remoteCode: 'PROFILE_NOT_FOUND' });
      const { explainMembership } = await client.query<{ explainMembership: RemoteExplanation | null }>(
        `query ($profile: ID!, $segment: String!) { explainMembership(profile: $profile, segment: $segment) {
          membership { member enteredAt exitedAt cause segmentVersion changeVersion } memberNow evaluatedAt proof conditions { id text } proofHash nextChangeAt } }`,
        { profile: profile.id, segment },
      );
      await client.close();
      if (!explainMembership)
        throw clientErrors.CLIENT_REFUSED({
          reason: `there is no segment "${segment}"`,
          remoteCode: 'SEGMENT_NOT_FOUND',
        });
      const text = membershipText(person, segment, explainMembership);
      printFound('explain', explainMembership, { json: flags.json, text });
    });
  return withConnection(command);
}

interface SyncRow {
  readonly id: string;
  readonly destination: { readonly key: string; readonly plugin: string };
  readonly segment: { readonly key: string };
  readonly runs: { readonly nodes: { readonly status: string; readonly createdAt: string }[] };
}

/** `kohort sync [ID]`: the syncs, or one run of one of them. */
export function syncCommand(): Command {
  const command = new Command('sync')
    .description('list the syncs of a running workspace, or run one')
    .argument('[id]', 'the sync to run')
    .option('--json', 'print one JSON object')
    .action(async (id: string | undefined, flags: JsonFlag) => {
      const client = connect(flags);
      if (id !== undefined) {
        const { runSync } = await client.query<{ runSync: MutationAnswer & { id: string } }>(
          `mutation ($id: ID!) { runSync(id: $id) { __typename ... on Job { id } ${FAILURE_FIELDS} } }`,
          { id },
        );
        await followJob(client, payloadOf<MutationAnswer & { id: string }>(runSync, 'Job').id, 'sync');
        const { sync } = await client.query<{ sync: { runs: { nodes: object[] } } }>(
          'query ($id: ID!) { sync(id: $id) { runs(first: 1) { nodes { id status heldReason funnel finishedAt } } } }',
          { id },
        );
        process.stdout.write(`${JSON.stringify(sync.runs.nodes[0] ?? null, null, flags.json ? 0 : 2)}\n`);
      } else {
        const { syncs } = await client.query<{ syncs: { nodes: SyncRow[] } }>(
          '{ syncs(first: 100) { nodes { id destination { key plugin } segment { key } runs(first: 1) { nodes { status createdAt } } } } }',
        );
        if (flags.json) process.stdout.write(`${JSON.stringify({ command: 'sync', syncs: syncs.nodes })}\n`);
        else {
          const rows = syncs.nodes.map((row) => [
            row.id,
            row.destination.key,
            row.destination.plugin,
            row.segment.key,
            row.runs.nodes[0]?.status.toLowerCase() ?? '–',
          ]);
          process.stdout.write(`${textTable(['sync', 'destination', 'plugin', 'segment', 'last run'], rows)}\n`);
        }
      }
      await client.close();
    });
  return withConnection(command);
}
