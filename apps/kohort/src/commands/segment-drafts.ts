import type { Command } from 'commander';
import { connect, type ConnectFlags } from '../client/connect';
import { FAILURE_FIELDS, payloadOf, type MutationAnswer } from '../client/results';
import { ADVICE_FIELDS, warningsOf, type AdviceAnswer } from '../client/rule-advice';
import { readRule } from '../files/read-rule';
import { diffText, previewText, type RemoteDiff, type RemotePreview } from '../terminal/segment-account';
import { printFound } from '../terminal/print-found';

/** The rule to count, and beside what. */
export interface PreviewFlags extends ConnectFlags {
  readonly json?: boolean;
  readonly rule?: string;
  readonly text?: string;
  readonly draftOf?: string;
  readonly compare?: string[];
  readonly sql?: boolean;
}

const PREVIEW = `query ($rule: JSON!, $key: String, $compare: [String!]) {
  answer: segmentPreview(rule: $rule, key: $key, compare: $compare) {
    __typename
    ... on SegmentPreview {
      evaluatedAt exact people members strongest sql sqlParams loadMs queryMs
      conditions { id label text kind parent people membersWithout removes }
      sample { id canonicalId } overlap { key size shared jaccard }
    }
    ${FAILURE_FIELDS}
  }
  advice: ruleAdvice(rule: $rule) { ${ADVICE_FIELDS} }
}`;

/** `kohort segments preview`: counts whom a rule would select, and says what may be mistyped in it. */
export async function preview(flags: PreviewFlags, command: Command): Promise<void> {
  if ((flags.rule === undefined) === (flags.text === undefined)) command.error('give --rule <file> or --text <rule>');
  const rule = flags.rule === undefined ? flags.text : await readRule(flags.rule);
  const client = connect(flags);
  const variables = { rule, key: flags.draftOf ?? null, compare: flags.compare ?? null };
  const { answer, advice } = await client.query<{ answer: MutationAnswer; advice: AdviceAnswer }>(PREVIEW, variables);
  await client.close();
  const counted = payloadOf<MutationAnswer & Omit<RemotePreview, 'warnings'>>(answer, 'SegmentPreview');
  const found = { ...counted, warnings: warningsOf(advice) };
  const text = flags.sql ? `${previewText(found)}\n\n${found.sql}` : previewText(found);
  printFound('segments preview', found, { json: flags.json, text });
}

/** Which draft is held against what serves. */
export interface DiffFlags extends ConnectFlags {
  readonly json?: boolean;
  readonly rule?: string;
  readonly ofVersion?: number;
}

const DIFF = `query ($key: String!, $version: Int, $rule: JSON) {
  answer: segmentDiff(key: $key, version: $version, rule: $rule) {
    __typename
    ... on SegmentDiff {
      key version liveVersion standing entering leaving staying wouldBeHeld
      enteringSample { id canonicalId } leavingSample { id canonicalId } dependents { key }
      syncs { sync { id destination { key } } adds removes }
    }
    ${FAILURE_FIELDS}
  }
}`;

/** `kohort segments diff`: says who would enter and leave a segment. */
export async function diff(key: string, flags: DiffFlags): Promise<void> {
  const rule = flags.rule === undefined ? null : await readRule(flags.rule);
  const client = connect(flags);
  const variables = { key, rule, version: flags.ofVersion ?? null };
  const { answer } = await client.query<{ answer: MutationAnswer }>(DIFF, variables);
  await client.close();
  const found = payloadOf<MutationAnswer & RemoteDiff>(answer, 'SegmentDiff');
  printFound('segments diff', found, { json: flags.json, text: diffText(found) });
}
