import { isAppError } from '@kohort/kernel-errors';
import { seededRandom, type Random } from '@kohort/kernel-clock-random';

/** What a parser is given, and how often. */
export interface Fuzzing<Input> {
  readonly seed: number;
  readonly runs: number;
  readonly make: (random: Random, run: number) => Input;
  /** A promise is waited for. */
  readonly parse: (input: Input, run: number) => unknown;
}

/** How it went: each input was accepted, or refused with a code. */
export interface Fuzzed {
  readonly accepted: number;
  readonly refused: number;
  /** Codes of the refusals, with how often each came. */
  readonly codes: ReadonlyMap<string, number>;
}

/** So many frames of a crash are shown. */
const FRAMES = 20;

/** A refusal of one small input that takes this long is a hang; far more than a busy machine can be blamed for. */
const HANG_MS = 10_000;
const PROTOTYPES = [Object.prototype, Array.prototype, Function.prototype, String.prototype];

const namesOf = (): string => PROTOTYPES.map((one) => Object.getOwnPropertyNames(one).join()).join(';');

/**
 * Gives a parser one input after the other. Whatever is not a value or a refusal of kind invalid-input is a crash. Errors
 * have no stack meanwhile, as there are tens of thousands of them; for what crashes, the parser is asked once more.
 *
 * Throws  what the parser threw, with the run and the input's beginning in front; the same for an input that hangs, and
 *         when anything was added to a prototype
 */
export async function fuzzParser<Input>(fuzzing: Fuzzing<Input>): Promise<Fuzzed> {
  const frames = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return await giveAll(fuzzing);
  } finally {
    Error.stackTraceLimit = frames;
  }
}

async function giveAll<Input>(fuzzing: Fuzzing<Input>): Promise<Fuzzed> {
  const { seed, runs, make, parse } = fuzzing;
  const random = seededRandom(seed);
  const codes = new Map<string, number>();
  const before = namesOf();
  // One look at the clock an input: the time to make the next one, some microseconds, is counted in.
  const clock = performance;
  let accepted = 0;
  let started = clock.now();
  for (let run = 0; run < runs; run += 1) {
    const input = make(random, run);
    try {
      const answer = parse(input, run);
      if (answer instanceof Promise) await answer;
      accepted += 1;
    } catch (thrown) {
      if (!isAppError(thrown) || thrown.kind !== 'invalid-input')
        throw crashed(run, input, await withStack(() => parse(input, run), thrown));
      codes.set(thrown.code, (codes.get(thrown.code) ?? 0) + 1);
    }
    const ended = clock.now();
    if (ended - started > HANG_MS) throw crashed(run, input, 'it hangs');
    started = ended;
    if (run % 1_000 === 0 && namesOf() !== before) throw crashed(run, input, 'a prototype has changed');
  }
  if (namesOf() !== before) throw new TypeError('a prototype has changed');
  return { accepted, refused: runs - accepted, codes };
}

/** What the parser throws when it is asked again, now with a stack; what it threw before when it throws nothing. */
async function withStack(parse: () => unknown, before: unknown): Promise<unknown> {
  Error.stackTraceLimit = FRAMES;
  try {
    await parse();
    return before;
  } catch (again) {
    return again;
  }
}

function crashed(run: number, input: unknown, cause: unknown): TypeError {
  const shown = Buffer.isBuffer(input) ? input.toString('hex') : typeof input === 'string' ? input : json(input);
  const said = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  return new TypeError(`run ${run}: ${said}\ninput: ${shown.slice(0, 2_000)}`, { cause });
}

function json(input: unknown): string {
  try {
    return JSON.stringify(input) ?? String(input);
  } catch {
    // Too deep to be written: the run's number and the seed make it again.
    return 'deep data';
  }
}
