/** How much one operation may ask for. */
export interface GatewayLimits {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  readonly tokens: number;
  readonly bodyBytes: number;
  /** Objects that an operation may read, estimated before it runs. */
  readonly cost: number;
  readonly deadlineMs: number;
}

/** What a host uses that names no others. */
export const DEFAULT_LIMITS: GatewayLimits = {
  depth: 12,
  aliases: 15,
  directives: 50,
  tokens: 1_000,
  bodyBytes: 262_144,
  cost: 1_000,
  deadlineMs: 10_000,
};

/** The longest page of any list. */
export const MAX_FIRST = 100;
