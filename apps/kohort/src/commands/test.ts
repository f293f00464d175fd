import { Command, InvalidArgumentError } from 'commander';
import { coveragePercent, mergeCoverage, type RuleCoverage } from '@kohort/segments-domain';
import { fixtureFiles } from '../files/fixture-files';
import { runFixtureFile, type FixtureSuite } from '../files/load-fixtures';
import { caseAccount, coverageAccount } from '../terminal/fixture-account';
import { printReport, reportOf } from '../terminal/outcome';

interface TestFlags {
  readonly minCoverage?: number;
  readonly json?: boolean;
}

/** Exit code when an expectation, or the coverage asked for, is not met. */
const FAILED = 1;

function percentage(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!(value >= 0 && value <= 100)) throw new InvalidArgumentError('it must be a number from 0 to 100');
  return value;
}

function tell(suites: readonly FixtureSuite[], coverage: readonly RuleCoverage[]): void {
  for (const { file, name, cases } of suites) {
    process.stdout.write(`${name === null ? file : `${name} (${file})`}\n`);
    process.stdout.write(`${cases.map(caseAccount).join('\n')}\n\n`);
  }
  if (coverage.some(({ leaves }) => leaves.length > 0)) process.stdout.write(`${coverageAccount(coverage)}\n`);
  process.stdout.write(`conditions covered: ${coveragePercent(coverage).toFixed(1)} %\n`);
}

async function test(paths: readonly string[], flags: TestFlags): Promise<void> {
  const started = performance.now();
  const files = fixtureFiles(paths.length === 0 ? ['.'] : paths);
  const suites: FixtureSuite[] = [];
  for (const file of files) suites.push(await runFixtureFile(file));
  const coverage = mergeCoverage(suites.map((suite) => suite.coverage));
  const cases = suites.flatMap((suite) => suite.cases.map((one) => ({ file: suite.file, ...one })));
  const passed = cases.filter((one) => one.passed).length;
  const failed = cases.length - passed;
  const percent = coveragePercent(coverage);
  const tooLow = flags.minCoverage !== undefined && percent < flags.minCoverage;
  const shortfall = `coverage ${percent.toFixed(1)} % is below the ${String(flags.minCoverage)} % asked for`;
  if (flags.json === true) {
    const report = reportOf('test', started, {
      seed: null,
      input: { rows: cases.reduce((sum, one) => sum + one.messages, 0), columns: 0 },
      params: { files, minCoverage: flags.minCoverage ?? null },
      metrics: { suites: suites.length, cases: cases.length, passed, failed, coverage: percent },
      warnings: tooLow ? [shortfall] : [],
    });
    const detailed = { ...report, cases, coverage };
    printReport(detailed, true);
  } else {
    tell(suites, coverage);
    if (tooLow) process.stdout.write(`✗ ${shortfall}\n`);
    process.stdout.write(`${passed} passed, ${failed} failed\n`);
  }
  process.exitCode = failed > 0 || tooLow ? FAILED : 0;
}

/** `kohort test`: rules held against fixtures, events and a clock, with no server. */
export function testCommand(): Command {
  return new Command('test')
    .description('hold rules against fixtures (events and a clock): who is in and when, and which conditions were seen')
    .argument('[paths...]', 'files, or folders in which every *.segment-test.yaml is run; here when none is named')
    .option('--min-coverage <percent>', 'fail when less of the conditions is covered', percentage)
    .option('--json', 'print one JSON object about the run, its cases and their coverage')
    .action(test);
}
