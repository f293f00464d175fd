/** In which span of time a limit counts: values first seen within one UTC day, ISO week, month, or ever. */
export type LimitPeriod = 'ever' | 'day' | 'week' | 'month';

/** What is done about a value that links more people than the workspace thinks right. */
export type RiskAction = 'report' | 'hold' | 'block';

/** How one type of identifier is treated. */
export interface IdentifierRule {
  readonly type: string;
  /** At most so many values of this type a person, counted by when they were first seen; null: any number. */
  readonly limit: { readonly count: number; readonly period: LimitPeriod } | null;
  /** False: many people may carry one value, so it joins nobody. */
  readonly unique: boolean;
  readonly caseSensitive: boolean;
  readonly blockedValues: readonly string[];
  /** RE2 patterns; a value that one of them matches as a whole is blocked. */
  readonly blockedPatterns: readonly string[];
}

/** How a workspace tells people apart. */
export interface IdentityRules {
  /** In order of priority, highest first. Types that are not listed identify nobody. */
  readonly identifiers: readonly IdentifierRule[];
  /** Whether the values that everybody's programs send for nobody are blocked. */
  readonly blockDefaults: boolean;
  readonly risk: { readonly profiles: number; readonly action: RiskAction };
}
