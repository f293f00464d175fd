import { z } from 'zod';
import type { Json } from '@kohort/kernel-contracts';
import type { Matrix, WideMatrix } from '@kohort/ml-core';
import { treeFromJson, treeToJson, type ClassificationTree } from '@kohort/ml-trees';
import type { Surrogate } from './surrogate-tree';

/** The surrogate tree as a stored model keeps it: what one person's place is told by. */
export interface ModelRules {
  /** Over the model's features in their own units; the class behind the last cluster is "in none". */
  readonly tree: ClassificationTree;
  /** Features with missing values among the training rows. */
  readonly missingIn: readonly string[];
  /** Features whose values were whole numbers. */
  readonly whole: readonly string[];
}

function wholeColumns({ data, cols }: Matrix | WideMatrix, names: readonly string[]): string[] {
  const fractional = new Set<number>();
  for (let at = 0; at < data.length && fractional.size < cols; at += 1) {
    const value = data[at] as number;
    if (!Number.isNaN(value) && !Number.isInteger(value)) fractional.add(at % cols);
  }
  return names.filter((_, j) => !fractional.has(j));
}

/** What a model keeps of a surrogate grown over its training rows. */
export function modelRules(
  { tree, missingIn }: Surrogate,
  { featureNames, matrix }: { readonly featureNames: readonly string[]; readonly matrix: Matrix | WideMatrix },
): ModelRules {
  return { tree, missingIn, whole: wholeColumns(matrix, featureNames) };
}

const names = z.array(z.string());
const rulesSchema = z.object({ tree: z.unknown(), missingIn: names, whole: names });

/** The rules as part of a model's JSON; numbers keep every bit. */
export function modelRulesToJson({ tree, missingIn, whole }: ModelRules): Json {
  return { tree: treeToJson(tree), missingIn: [...missingIn], whole: [...whole] };
}

/** Reads what modelRulesToJson wrote. Throws ML_STATE; a ZodError for another shape. */
export function modelRulesFromJson(json: unknown): ModelRules {
  const { tree, ...rest } = rulesSchema.parse(json);
  return { tree: treeFromJson(tree), ...rest };
}
