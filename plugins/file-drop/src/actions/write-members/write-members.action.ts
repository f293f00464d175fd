import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import {
  cutBatches,
  defineAction,
  interpretStatus,
  type ActionContext,
  type Built,
  type MappedMember,
  type PluginHost,
  type PreparedMember,
  type Reply,
} from '@kohort/plugin-kit-sdk';
import { toFileError } from '../../errors';
import { parseRunManifest, withPart, type RunManifest } from '../../manifest';
import type { Settings } from '../../settings';
import { columnsOf, fields, toPart, type Fields } from './write-members.mapping';

/** Rows of one part; a reader takes parts one by one. */
const MAX_PART_ROWS = 5_000;

/** One part of a run: where it goes and what is in it. */
interface Part {
  readonly folder: string;
  readonly name: string;
  readonly text: string;
  readonly rows: number;
  readonly adds: number;
  readonly removes: number;
}

function folderOf(context: ActionContext<Settings>): string {
  const runDate = new Date(context.runStartedAt).toISOString().slice(0, 10);
  const { workspaceId, segment, runId, settings } = context;
  return `${settings.prefix}/${workspaceId}/${segment.key}/run_date=${runDate}/${runId}`;
}

/** Named after the run and the page's number: a page that is written again replaces itself. */
function nameOf(context: ActionContext<Settings>, index: number): string {
  const { format, gzip } = context.settings;
  const number = String(context.sequence).padStart(5, '0');
  return `part-${number}${index === 0 ? '' : `-${index}`}.${format}${gzip ? '.gz' : ''}`;
}

function build(
  members: readonly PreparedMember<Fields>[],
  context: ActionContext<Settings>,
): readonly Built<Fields, Part>[] {
  const about = { mapping: context.mapping, segmentKey: context.segment.key, runId: context.runId };
  return cutBatches(members, { maxRecords: MAX_PART_ROWS }, () => 0).map((batch, index) => ({
    members: batch,
    call: {
      folder: folderOf(context),
      name: nameOf(context, index),
      text: toPart(batch, about, context.settings),
      rows: batch.length,
      adds: batch.filter((member) => member.operation === 'add').length,
      removes: batch.filter((member) => member.operation === 'remove').length,
    },
  }));
}

/** The part first, the manifest last: a reader that sees the manifest sees all that it names. */
async function send(part: Part, context: ActionContext<Settings>, host: PluginHost): Promise<Reply> {
  const content = context.settings.gzip ? gzipSync(part.text) : Buffer.from(part.text, 'utf8');
  const manifestPath = `${part.folder}/_manifest.json`;
  try {
    await host.files.write(`${part.folder}/${part.name}`, content);
    const held = await host.files.read(manifestPath);
    const manifest: RunManifest = withPart(
      held === null ? null : parseRunManifest(held),
      {
        run_id: context.runId,
        segment: context.segment,
        mode: 'diff',
        columns: [...columnsOf(context.mapping)],
        started_at: new Date(context.runStartedAt).toISOString(),
        finished_at: new Date(host.clock.now()).toISOString(),
        schema_version: 1,
      },
      {
        key: part.name,
        rows: part.rows,
        bytes: content.byteLength,
        sha256: createHash('sha256').update(content).digest('hex'),
        adds: part.adds,
        removes: part.removes,
      },
    );
    await host.files.write(manifestPath, Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`, 'utf8'));
  } catch (thrown) {
    throw toFileError(thrown);
  }
  return { status: 200, headers: {}, body: '' };
}

/** Writes entering and leaving members into the run's folder, with an action column. */
export const writeMembers = defineAction({
  key: 'write-members',
  title: 'Write members to a file',
  operations: ['add', 'remove'],
  fields,
  identifiers: ['profile_id'],
  defaultMapping: { profile_id: 'profile.id', user_id: 'identifiers.user_id', email: 'identifiers.email' },
  prepare: (member: MappedMember<Fields>) => member.fields,
  build,
  send,
  interpret: interpretStatus,
});
