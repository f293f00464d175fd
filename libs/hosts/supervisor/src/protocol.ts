import { z } from 'zod';

/** Of the words between a supervisor and its workers: a build that speaks others is not let in. */
const PROTOCOL = 1;

/** Says to an entry that it is a worker behind a supervisor. */
export const BEHIND = '--behind-supervisor';
/** Says to it that another serves meanwhile, or did: it may wait for what it needs. */
export const PATIENT = '--patient';

/** How a worker is to leave. */
export interface LeaveManner {
  /** How long connections that wait for a next request stay: with its answer they are told to close. */
  readonly lingerMs: number;
  /** How long answers under way may take after that. */
  readonly graceMs: number;
}

const word = z.discriminatedUnion('says', [
  z.strictObject({ says: z.literal('ready'), protocol: z.literal(PROTOCOL) }),
  z.strictObject({ says: z.literal('taken'), connection: z.int() }),
]);
/** What a worker tells its supervisor. */
export type WorkerWord = z.infer<typeof word>;

const order = z.discriminatedUnion('order', [
  z.strictObject({ order: z.literal('take'), connection: z.int() }),
  z.strictObject({ order: z.literal('leave'), lingerMs: z.number(), graceMs: z.number() }),
]);
/** What a supervisor tells a worker. */
export type WorkerOrder = z.infer<typeof order>;

/** What a worker says when it can serve. */
export const READY: WorkerWord = { says: 'ready', protocol: PROTOCOL };

/** A message of a worker; null when it is none that we know. */
export function readWord(message: unknown): WorkerWord | null {
  return word.safeParse(message).data ?? null;
}

/** A message of the supervisor; null when it is none that we know. */
export function readOrder(message: unknown): WorkerOrder | null {
  return order.safeParse(message).data ?? null;
}
