import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Command } from 'commander';
import { newSegmentFile, updatedSegmentFile } from '@kohort/segments-domain';
import { connect, withConnection, type ConnectFlags } from '../client/connect';
import { readAllDefinitions } from '../definitions/definition-files';
import { newModelFile, updatedModelFile } from '../definitions/model-file';
import { newFilePath, type DefinitionKind } from '../definitions/new-file-path';
import { newTraitFile, updatedTraitFile } from '../definitions/trait-file';
import { workspaceModels } from '../definitions/workspace-models';
import { workspaceSegments } from '../definitions/workspace-segments';
import { workspaceTraits } from '../definitions/workspace-traits';
import { writeText } from '../files/write-output';
import { KOHORT_VERSION } from '../version';

interface ExportFlags extends ConnectFlags {
  readonly dir: string;
  readonly json?: boolean;
}

interface DefinedFile {
  readonly text: { readonly file: string };
}

async function run(flags: ExportFlags): Promise<void> {
  // Files are read first: one that is wrong stops the export before anything is written.
  const { segments: segmentFiles, traits: traitFiles, models: modelFiles } = await readAllDefinitions(flags.dir);
  const files = new Map(segmentFiles.map((file) => [file.definition.key, file]));
  const client = connect(flags);
  const { segments, lists } = await workspaceSegments(client);
  const { version, definitions: traits } = await workspaceTraits(client);
  const models = await workspaceModels(client);
  await client.close();
  const written: string[] = [];
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(path), { recursive: true });
    writeText(path, text);
    written.push(path);
  };
  const fresh = (kind: DefinitionKind, key: string, known: readonly DefinedFile[]): string => {
    const paths = known.map(({ text }) => text.file);
    return newFilePath(flags.dir, { kind, key }, paths);
  };
  for (const key of [...segments.keys()].sort()) {
    const definition = segments.get(key)?.definition;
    if (definition === undefined) continue;
    const known = files.get(key);
    const text = known === undefined ? newSegmentFile(definition) : updatedSegmentFile(known, definition);
    if (text !== known?.text.text) write(known?.text.file ?? fresh('segments', key, segmentFiles), text);
  }
  for (const trait of traits) {
    const known = traitFiles.find(({ definition }) => definition.key === trait.key);
    const text = known === undefined ? newTraitFile(trait) : updatedTraitFile(known, trait);
    if (text !== known?.text.text) write(known?.text.file ?? fresh('traits', trait.key, traitFiles), text);
  }
  for (const { key, definition } of models) {
    if (definition === null) continue;
    const known = modelFiles.find((file) => file.definition.key === key);
    const text = known === undefined ? newModelFile(definition) : updatedModelFile(known, definition);
    if (text !== known?.text.text) write(known?.text.file ?? fresh('models', key, modelFiles), text);
  }
  const onlyInFiles = [...files.values()].filter(({ definition }) => !segments.has(definition.key));
  const traitsInFiles = traitFiles.filter(({ definition }) => !traits.some(({ key }) => key === definition.key));
  const modelsInFiles = modelFiles.filter(({ definition }) => !models.some(({ key }) => key === definition.key));
  const paths = [...onlyInFiles, ...traitsInFiles, ...modelsInFiles].map(({ text }) => text.file);
  const totals = {
    segments: segments.size,
    traits: traits.length,
    traitVersion: version,
    lists: lists.size,
    models: models.length,
  };
  if (flags.json === true) {
    const report = { command: 'export', version: KOHORT_VERSION, params: { dir: flags.dir }, ...totals };
    process.stdout.write(`${JSON.stringify({ ...report, written, onlyInFiles: paths })}\n`);
    return;
  }
  for (const path of written) process.stdout.write(`wrote ${path}\n`);
  for (const path of paths) process.stdout.write(`only a file, left alone: ${path}\n`);
  if (lists.size > 0)
    process.stdout.write(
      `left out: ${lists.size} ${lists.size === 1 ? 'list' : 'lists'}, whose people no file holds\n`,
    );
  process.stdout.write(
    `${segments.size} segments, ${traits.length} traits, ${models.length} models, ${written.length} files written\n`,
  );
}

/** `kohort export`: the workspace's segments, traits and models as files. */
export function exportCommand(): Command {
  const command = new Command('export')
    .description(
      'write the segments, computed traits and cluster models of a running workspace as YAML files; files that say so already stay as they are',
    )
    .requiredOption('--dir <folder>', 'folder of the files')
    .option('--json', 'print one JSON object')
    .action(run);
  return withConnection(command);
}
