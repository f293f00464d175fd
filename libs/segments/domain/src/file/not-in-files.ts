import type { ParsedNode } from '../rule/parsed-rule';

/** Kinds of nodes that a file of messages holds nothing about. */
export const NOT_IN_FILES: readonly ParsedNode['kind'][] = [
  'prediction',
  'cluster',
  'text',
  'consent',
  'relation',
  'group',
];
