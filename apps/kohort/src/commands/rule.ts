import { Command, Option } from 'commander';
import { evaluateRuleFile, parseRule, printRule } from '@kohort/segments-domain';
import { readJson, readJsonLines } from '../files/read-lines';
import { readRule } from '../files/read-rule';
import { writeText } from '../files/write-output';
import { printReport, reportOf } from '../terminal/outcome';

interface RuleEvalFlags {
  readonly events: string;
  readonly rule: string;
  readonly segments?: string;
  readonly now: string;
  readonly out?: string;
  readonly json?: boolean;
}

async function evaluate(flags: RuleEvalFlags): Promise<void> {
  const started = performance.now();
  let rows = 0;
  async function* counted(): AsyncGenerator<{ line: number; message: unknown }> {
    for await (const line of readJsonLines(flags.events)) {
      rows += 1;
      yield line;
    }
  }
  const lines = await evaluateRuleFile({
    events: counted(),
    rule: await readRule(flags.rule),
    ...(flags.segments === undefined ? {} : { segments: await readJson(flags.segments) }),
    now: flags.now,
  });
  if (flags.out !== undefined || !flags.json)
    writeText(flags.out, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const members = lines.filter((line) => line.member).length;
  const report = reportOf('rule eval', started, {
    seed: null,
    input: { rows, columns: 0 },
    params: { events: flags.events, rule: flags.rule, segments: flags.segments ?? null, now: flags.now },
    metrics: { profiles: lines.length, members },
    warnings: rows === 0 ? ['the file of events is empty'] : [],
  });
  if (flags.json || flags.out !== undefined) printReport(report, flags.json ?? false);
}

interface RuleFormatFlags {
  readonly rule: string;
  readonly to: 'text' | 'json';
  readonly out?: string;
}

async function format({ rule: file, to, out }: RuleFormatFlags): Promise<void> {
  const rule = await readRule(file);
  parseRule(rule);
  writeText(out, to === 'text' ? `${printRule(rule)}\n` : `${JSON.stringify(rule, null, 2)}\n`);
}

/** `kohort rule eval`: who is in, as of an instant, from a file of events, with no server. */
export function ruleCommand(): Command {
  const command = new Command('rule').description('work with rules on files');
  command
    .command('eval')
    .description('evaluate a rule on a file of Segment-spec messages: one line a person, with proof and next change')
    .requiredOption('--events <file>', 'NDJSON of messages (gzip allowed)')
    .requiredOption('--rule <file>', 'the rule, as JSON or in the text form')
    .requiredOption('--now <instant>', 'ISO-8601 instant of evaluation, with its zone')
    .option('--segments <file>', 'JSON object of segment keys and rules, for segment nodes')
    .option('--out <file>', 'NDJSON: {profile, member, nextChangeAt, proof}; standard output when absent')
    .option('--json', 'print one JSON object about the run')
    .action(evaluate);
  command
    .command('format')
    .description('check a rule and write it in its text form or as JSON')
    .requiredOption('--rule <file>', 'the rule, as JSON or in the text form')
    .addOption(new Option('--to <form>', 'form to write').choices(['text', 'json']).default('text'))
    .option('--out <file>', 'file to write; standard output when absent')
    .action(format);
  return command;
}
