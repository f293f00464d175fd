import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { systemClock } from '@kohort/kernel-clock-random';
import { runSheetCommand, sheetPage, type ClusterStory, type SheetCommandResult } from '@kohort/models-domain';
import { newSegmentFile, segmentDefinition } from '@kohort/segments-domain';
import { readText } from '../files/read-lines';
import { readPlaybook } from '../files/read-playbook';
import { readTable } from '../files/read-table';
import { writeText } from '../files/write-output';
import { percent } from '../terminal/account';
import { computeInView } from '../terminal/compute-in-view';
import { printReport, reportOf } from '../terminal/outcome';
import { textTable } from '../terminal/text-table';
import { nameList, scaleOption, wholeNumber } from './options';

interface SheetFlags {
  readonly csv: string;
  readonly id?: string;
  readonly features?: string[];
  readonly categories?: string[];
  readonly clusters?: string;
  readonly model?: string;
  readonly algorithm?: string;
  readonly k: number | 'auto';
  readonly scale: 'none' | 'zscore' | 'auto';
  readonly value?: string;
  readonly churn?: string;
  readonly playbook?: string;
  readonly seed: number;
  readonly html?: string;
  readonly segments?: string;
  readonly json?: boolean;
}

/** How often the rules of a cluster must be right before a segment is made of them. */
const LEAST_PRECISION = 0.5;

function clusterCount(text: string): number | 'auto' {
  if (text === 'auto') return 'auto';
  const k = wholeNumber(text);
  if (k < 2) throw new InvalidArgumentError('it must be auto or a whole number from 2 on');
  return k;
}

/** The draft of a segment: the cluster's rule, to be edited. */
function segmentFileOf({ sheet, rule, ruleFidelity }: ClusterStory): string | null {
  const { precision, recall } = ruleFidelity;
  if (rule === null || (precision ?? 0) < LEAST_PRECISION) return null;
  const found = `${percent(precision ?? 0)} of the people it names are of the cluster, and it finds ${percent(recall ?? 0)} of it.`;
  const description = `Made of cluster "${sheet.name}": ${found} ${sheet.suggestedAction}`;
  const words = { key: sheet.key, kind: 'rule', label: sheet.name, description, tags: ['cluster'] } as const;
  return newSegmentFile(segmentDefinition({ ...words, purpose: null, refreshMinutes: null, isDraft: true }, rule));
}

/** Writes a file for each cluster that rules tell; the clusters that they do not tell, by name. */
function writeSegments(folder: string, clusters: readonly ClusterStory[]): string[] {
  mkdirSync(folder, { recursive: true });
  return clusters.flatMap((story) => {
    const text = segmentFileOf(story);
    if (text === null) return [`Rules do not tell ${story.sheet.name} well enough: no segment file is made of it.`];
    writeText(join(folder, `${story.sheet.key}.yaml`), text);
    return [];
  });
}

function show({ stories, notes }: SheetCommandResult): void {
  const rows = stories.clusters.map(({ sheet, churn, ruleFidelity, rules }, at) => [
    at,
    sheet.name,
    sheet.size,
    percent(sheet.shareOfPeople),
    sheet.shareOfValue === null ? '' : percent(sheet.shareOfValue),
    churn ? percent(churn.share) : '',
    ruleFidelity.f1.toFixed(2),
    rules.join('; or '),
  ]);
  const header = ['cluster', 'name', 'people', 'share', 'value', 'lost', 'rules f1', 'rules'];
  process.stdout.write(`${textTable(header, rows)}\n`);
  for (const note of notes) process.stdout.write(`  ${note}\n`);
}

async function run(flags: SheetFlags): Promise<void> {
  const started = performance.now();
  const table = await readTable(flags.csv);
  const { model, playbook, ...rest } = flags;
  const files = {
    ...(model === undefined ? {} : { model: await readText(model) }),
    ...(playbook === undefined ? {} : { playbook: await readPlaybook(playbook) }),
  };
  const result = await computeInView('profile-sheet', (control) =>
    runSheetCommand(table, { ...rest, ...files }, { ...control, clock: systemClock }),
  );
  const { stories, notes, featureNames } = result;
  const unwritten = flags.segments === undefined ? [] : writeSegments(flags.segments, stories.clusters);
  if (flags.html !== undefined) {
    const title = `Clusters of ${basename(flags.csv)}`;
    writeText(flags.html, sheetPage({ title, stories, featureNames, notes: [...notes, ...result.warnings] }));
  }
  const report = reportOf('profile-sheet', started, { ...result, warnings: [...result.warnings, ...unwritten] });
  if (flags.json) return printReport(report, true);
  show(result);
  const { surrogate, noise } = stories;
  const metrics = { clusters: stories.clusters.length, noise, 'rules agree': surrogate.fidelity };
  printReport({ ...report, metrics }, false);
}

/** `kohort profile-sheet`: who the groups of a table are, with no server. */
export function profileSheetCommand(): Command {
  return new Command('profile-sheet')
    .description('tell the groups of a CSV file: who they are, what they are worth, in which rules, and what to do')
    .requiredOption('--csv <file>', 'CSV with a header line (gzip allowed)')
    .option('--id <column>', 'column that names the row; row numbers when absent')
    .option('--features <columns>', 'numeric columns: a,b,c; all that hold numbers alone when absent', nameList)
    .option(
      '--categories <columns>',
      'columns of words, told by shares; kmedoids and kprototypes group by them',
      nameList,
    )
    .option('--clusters <column>', 'column that says who is in which group; empty is in none')
    .option('--model <file>', 'a stored clustering that places the rows')
    .option('--algorithm <name>', 'how to group, where neither is given (kmeans)')
    .option('--k <number>', 'how many groups, or auto', clusterCount, 'auto')
    .addOption(scaleOption('auto'))
    .option('--value <column>', 'column whose sum is the value; the feature that means money when absent')
    .option('--churn <column>', 'column that says who was lost: 1 or 0, yes or no, or empty')
    .option('--playbook <file>', 'JSON list of names and actions in place of the built-in one')
    .option('--seed <number>', 'seed of the starts and of samples', wholeNumber, 1)
    .option('--html <file>', 'write one self-contained page with pictures')
    .option('--segments <folder>', 'write the rules of each group as the file of a draft segment')
    .option('--json', 'print one JSON object about the run')
    .addHelpText(
      'after',
      `
Examples:
  kohort profile-sheet --csv customers.csv --id id --html sheets.html
  kohort profile-sheet --csv customers.csv --id id --clusters group --value revenue --churn lost
  kohort profile-sheet --csv customers.csv --id id --segments drafts     then: kohort plan --dir drafts`,
    )
    .action(run);
}
