/** Kinds of nodes that the column store has no table for: consent is of identifiers, whose owners PostgreSQL alone knows. */
export const NOT_IN_COLUMNS = ['consent'] as const;
