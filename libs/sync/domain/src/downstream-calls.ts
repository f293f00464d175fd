/** What a connector's requests hold, as it says of itself. */
export interface CallLimits {
  /** Members of one request, at most. */
  readonly maxRecords: number;
  /** One request may hold both people to add and people to remove, where one action does both. */
  readonly mixed: boolean;
  /** Its actions, by key, with what each does. */
  readonly actions: readonly { readonly key: string; readonly operations: readonly ('add' | 'remove')[] }[];
}

/** Requests of one action. */
export interface ActionCalls {
  readonly action: string;
  /** `mixed`: each of its requests may hold both. */
  readonly operation: 'add' | 'remove' | 'mixed';
  readonly records: number;
  readonly calls: number;
}

/**
 * How many requests a destination gets for so many people, by action; removals first, as they are sent. Where a
 * connector's requests are bounded in bytes too, or records fail and are sent again, there may be more.
 *
 * Ties    of actions that do the same the first one sends, as in a run
 */
export function downstreamCalls(
  people: { readonly adds: number; readonly removes: number },
  { maxRecords, mixed, actions }: CallLimits,
): readonly ActionCalls[] {
  const amounts = { remove: people.removes, add: people.adds };
  const present = (['remove', 'add'] as const).filter((operation) => amounts[operation] > 0);
  const both = actions.find((action) => present.every((one) => action.operations.includes(one)));
  if (mixed && both !== undefined && present.length === 2) {
    const records = amounts.add + amounts.remove;
    return [{ action: both.key, operation: 'mixed', records, calls: Math.ceil(records / maxRecords) }];
  }
  return present.flatMap((operation) => {
    const action = actions.find((one) => one.operations.includes(operation));
    const records = amounts[operation];
    return action === undefined
      ? []
      : [{ action: action.key, operation, records, calls: Math.ceil(records / maxRecords) }];
  });
}
