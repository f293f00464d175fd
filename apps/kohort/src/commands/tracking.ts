import { Command, InvalidArgumentError } from 'commander';
import { stringify } from 'yaml';
import { normaliseEvent } from '@kohort/ingest-domain';
import type { NormalisedMessage, PlanAction, PlanViolation } from '@kohort/kernel-contracts';
import { PlanLearner, compilePlan, parsePlan, planFromData } from '@kohort/quality-domain';
import { systemClock } from '@kohort/kernel-clock-random';
import { readText } from '../files/read-bytes';
import { readJsonLines } from '../files/read-lines';
import { writeText } from '../files/write-output';
import { printReport, reportOf } from '../terminal/outcome';

interface LearnFlags {
  readonly ndjson: string;
  readonly out?: string;
  readonly name?: string;
  readonly tolerance: number;
  readonly json?: boolean;
}

interface CheckFlags {
  readonly ndjson: string;
  readonly plan: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** Exit code when the door would block something. */
const BLOCKED = 2;

interface Line {
  readonly line: number;
  readonly message: NormalisedMessage | null;
  /** Why the line is no message. */
  readonly reason: string | null;
}

/** The messages of a file as the door would take them. */
async function* messages(file: string): AsyncGenerator<Line> {
  const receivedAt = systemClock.now();
  for await (const { line, message: raw } of readJsonLines(file)) {
    const result = normaliseEvent(raw, { sourceId: 'file', receivedAt, sentAt: null, index: line });
    if (result.verdict === 'accepted') yield { line, message: result.message, reason: null };
    else yield { line, message: null, reason: result.code };
  }
}

function share(text: string): number {
  const value = Number(text);
  if (!(value >= 0 && value <= 0.5)) throw new InvalidArgumentError('it must be a share from 0 to 0.5');
  return value;
}

async function learn(flags: LearnFlags): Promise<void> {
  const started = performance.now();
  const learner = new PlanLearner();
  let [rows, refused] = [0, 0];
  for await (const { message } of messages(flags.ndjson)) {
    rows += 1;
    if (message) learner.add(message);
    else refused += 1;
  }
  const { plan, evidence, leftOut } = learner.propose({
    tolerance: flags.tolerance,
    ...(flags.name === undefined ? {} : { name: flags.name }),
  });
  const checked = planFromData(plan);
  if (flags.out !== undefined || !flags.json) writeText(flags.out, stringify(checked));
  const least = evidence.reduce((low, event) => Math.min(low, event.confidence), 1);
  printReport(
    reportOf('tracking learn', started, {
      seed: null,
      input: { rows, columns: 0 },
      params: { ndjson: flags.ndjson, tolerance: flags.tolerance },
      metrics: {
        events: evidence.length,
        refused,
        leftOut,
        leastConfidence: least,
        ...(flags.json ? { learned: evidence } : {}),
      },
      warnings: refused > 0 ? [`${refused} lines are no messages; \`kohort tracking check\` lists them`] : [],
    }),
    flags.json ?? false,
  );
}

interface Found {
  readonly line: number;
  readonly event: string | null;
  readonly rule: PlanViolation['rule'] | 'refused';
  readonly action: PlanAction;
  readonly path: string;
}

function* findings({ line, message, reason }: Line, check: ReturnType<typeof compilePlan>): Generator<Found> {
  if (!message) {
    yield { line, event: null, rule: 'refused', action: 'block', path: reason ?? '' };
    return;
  }
  const event = message.name ?? message.type;
  for (const { rule, action, path } of check(message)?.violations ?? []) yield { line, event, rule, action, path };
}

async function check(flags: CheckFlags): Promise<void> {
  const started = performance.now();
  const plan = compilePlan(parsePlan(await readText(flags.plan)), { planId: 'file', planVersion: 1 });
  const counts = { block: 0, flag: 0, pass: 0 };
  const found: Found[] = [];
  let [rows, blockedRows] = [0, 0];
  for await (const line of messages(flags.ndjson)) {
    rows += 1;
    const here = [...findings(line, plan)];
    if (here.some(({ action }) => action === 'block')) blockedRows += 1;
    for (const one of here) {
      counts[one.action] += 1;
      found.push(one);
    }
  }
  const text = found.map((one) => `${JSON.stringify(one)}\n`).join('');
  if (flags.out !== undefined || !flags.json) writeText(flags.out, text);
  printReport(
    reportOf('tracking check', started, {
      seed: null,
      input: { rows, columns: 0 },
      params: { ndjson: flags.ndjson, plan: flags.plan },
      metrics: { blockedRows, ...counts },
      warnings: [],
    }),
    flags.json ?? false,
  );
  process.exitCode = blockedRows > 0 ? BLOCKED : 0;
}

/** `kohort tracking`: tracking plans on files, with no server. */
export function trackingCommand(): Command {
  const command = new Command('tracking').description('work with tracking plans on files');
  command
    .command('learn')
    .description(
      'propose a plan from a file of Segment-spec messages: types, required properties, choices, formats, ranges',
    )
    .requiredOption('--ndjson <file>', 'NDJSON of messages (gzip allowed)')
    .option('--out <file>', 'the plan as YAML; standard output when absent')
    .option('--name <name>', 'name of the plan')
    .option('--tolerance <share>', 'share of the messages that may be wrong, 0 to 0.5', share, 0)
    .option('--json', 'print one JSON object about the run, with what each event rests on')
    .action(learn);
  command
    .command('check')
    .description('hold a file of messages against a plan; exit 2 when the door would block any of them')
    .requiredOption('--ndjson <file>', 'NDJSON of messages (gzip allowed)')
    .requiredOption('--plan <file>', 'the plan as YAML or JSON')
    .option('--out <file>', 'NDJSON: {line, event, rule, action, path}; standard output when absent')
    .option('--json', 'print one JSON object about the run')
    .action(check);
  return command;
}
