import { Argument, Command, Option } from 'commander';
import { LINEAGE_KINDS, TRAIT_GROUPS, TRAIT_LIBRARY } from '@kohort/features-domain';
import { connect, withConnection, type ConnectFlags } from '../client/connect';
import { FAILURE_FIELDS, payloadOf, type MutationAnswer } from '../client/results';
import { newTraitFile, parseTraitFile } from '../definitions/trait-file';
import type { TraitCounts } from '../definitions/plan-traits';
import { readText } from '../files/read-bytes';
import { writeText } from '../files/write-output';
import { count } from '../terminal/account';
import { lineageText, traitsText, type LineageEdge, type StandingTrait } from '../terminal/traits-account';
import { textTable } from '../terminal/text-table';
import { printFound } from '../terminal/print-found';

interface TraitsFlags extends ConnectFlags {
  readonly json?: boolean;
}

const LIST = `{ computedTraits(first: 100) { nodes {
  key label unit formula live version builtIn statistics(first: 1) { asOf people missing drift } } } }`;

async function list(flags: TraitsFlags): Promise<void> {
  const client = connect(flags);
  const { computedTraits } = await client.query<{ computedTraits: { nodes: readonly StandingTrait[] } }>(LIST);
  await client.close();
  printFound('traits list', computedTraits.nodes, { ...flags, text: traitsText(computedTraits.nodes) });
}

const PREVIEW = `query ($trait: ComputedTraitInput!) { answer: computedTraitPreview(trait: $trait) {
  __typename ... on ComputedTraitPreview { people known changed } ${FAILURE_FIELDS} } }`;

async function preview(file: string, flags: TraitsFlags): Promise<void> {
  const { definition } = parseTraitFile(file, await readText(file));
  const client = connect(flags);
  const { answer } = await client.query<{ answer: MutationAnswer }>(PREVIEW, { trait: { ...definition } });
  await client.close();
  const { people, known, changed } = payloadOf<MutationAnswer & TraitCounts>(answer, 'ComputedTraitPreview');
  const text = `${definition.key}: a value for ${count(known)} of ${count(people)} people, another than now for ${count(changed)}`;
  printFound('traits preview', { trait: definition.key, people, known, changed }, { ...flags, text });
}

interface LibraryFlags {
  readonly group?: string;
  readonly out?: string;
  readonly json?: boolean;
}

function library(key: string | undefined, flags: LibraryFlags, command: Command): void {
  const found = TRAIT_LIBRARY.filter((trait) => flags.group === undefined || trait.group === flags.group);
  if (key === undefined) {
    const rows = found.map((trait) => [trait.group, trait.key, trait.label, trait.unit]);
    printFound('traits library', found, { ...flags, text: textTable(['group', 'key', 'what', 'unit'], rows) });
    return;
  }
  const trait = found.find((one) => one.key === key);
  if (trait === undefined)
    command.error(`there is no trait "${key}" in the library; \`kohort traits library\` lists it`);
  else writeText(flags.out, newTraitFile(trait));
}

interface LineageFlags extends TraitsFlags {
  readonly kind: string;
}

const LINEAGE = `query ($of: LineageOfInput) { lineage(of: $of) {
  nodes { kind key label } edges { from { kind key } to { kind key } } } }`;

async function lineage(key: string | undefined, flags: LineageFlags): Promise<void> {
  const client = connect(flags);
  const of = key === undefined ? null : { kind: flags.kind.toUpperCase(), key };
  const { lineage: found } = await client.query<{ lineage: { edges: readonly LineageEdge[] } }>(LINEAGE, { of });
  await client.close();
  printFound('traits lineage', found, { ...flags, text: lineageText(found.edges) });
}

/** `kohort traits`: what is computed about everybody. */
export function traitsCommand(): Command {
  const command = new Command('traits').description('computed traits: those of a workspace, ready-made ones, lineage');
  const json = () => new Option('--json', 'print one JSON object');
  withConnection(
    command
      .command('list')
      .description('what a workspace computes about everybody, with the latest figures of each')
      .addOption(json())
      .action(list),
  );
  withConnection(
    command
      .command('preview')
      .description('count for whom the trait of a file would have a value, and for whom another than now')
      .argument('<file>', 'YAML or JSON of a computed trait')
      .addOption(json())
      .action(preview),
  );
  command
    .command('library')
    .description('list the ready-made traits, or write one of them as a file')
    .argument('[key]', 'the trait to write')
    .addOption(new Option('--group <name>', 'those of a group alone').choices(TRAIT_GROUPS))
    .option('--out <file>', 'file to write; standard output when absent')
    .addOption(json())
    .action(library);
  withConnection(
    command
      .command('lineage')
      .description('what something comes of, and what becomes of it: source, event, trait, segment, model, destination')
      .addArgument(new Argument('[key]', 'its key, or the name of an event; everything when absent'))
      .addOption(new Option('--kind <kind>', 'what it is').choices(LINEAGE_KINDS).default('trait'))
      .addOption(json())
      .action(lineage),
  );
  return command;
}
