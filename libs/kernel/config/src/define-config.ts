import { defineErrors } from '@kohort/kernel-errors';
import { z } from 'zod';

export const configErrors = defineErrors({
  CONFIG_INVALID: {
    kind: 'configuration',
    message: (d) => `configuration: ${(d['problems'] as readonly string[]).join('; ')}`,
  },
});

/** One setting, described once: the parser, what it is when absent, who may see it, and one line of help. */
export interface Setting<T> {
  /** Parses the text of the environment variable. */
  readonly type: z.ZodType<T>;
  /** Used when the variable is absent or empty; a setting without one is required. */
  readonly default?: T;
  /** Blanked in every print. */
  readonly secret?: boolean;
  /** `browser`: may be handed to the console. */
  readonly audience: 'server' | 'browser';
  readonly help: string;
}

type Settings = Readonly<Record<string, Setting<unknown>>>;
export type ConfigOf<S extends Settings> = { readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never };

/** A described configuration: read it, print it, document it. */
export interface Config<S extends Settings> {
  readonly settings: S;
  /**
   * Throws  CONFIG_INVALID with every problem at once: unparsable, missing, or an unknown variable with our prefix
   */
  parse(environment: Readonly<Record<string, string | undefined>>): ConfigOf<S>;
  /** Lines `NAME=value` with secrets blanked. */
  print(config: ConfigOf<S>): readonly string[];
  /** The text of an `.env.example`. */
  example(): string;
}

/** Whole numbers, as text; the unit is in the setting's name. */
export const integerText = (min: number, max: number): z.ZodType<number> =>
  z
    .string()
    .regex(/^-?\d+$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().min(min).max(max));

/** `true`, `false`, `1`, `0`, `yes`, `no`. */
export const booleanText: z.ZodType<boolean> = z
  .enum(['true', 'false', '1', '0', 'yes', 'no'])
  .transform((text) => ['true', '1', 'yes'].includes(text));

/** The same setting without a default: a process that cannot do without it names it at once. */
export function required<T>(setting: Setting<T | undefined>): Setting<T> {
  const { type, secret, audience, help } = setting;
  const present = type.transform((value, context): T => {
    if (value !== undefined) return value;
    context.addIssue({ code: 'custom', message: 'must not be empty' });
    return z.NEVER;
  });
  return { type: present, audience, help, ...(secret === undefined ? {} : { secret }) };
}

const PREFIX = 'KOHORT_';

function shown(value: unknown): string {
  if (value === undefined || value === null) return '';
  return Array.isArray(value) ? value.join(',') : String(value);
}

/**
 * Declares the configuration of a process.
 *
 * @example
 * const config = defineConfig({
 *   KOHORT_PORT: { type: integerText(0, 65535), default: 4000, audience: 'server', help: 'port of the API; 0 takes a free one' },
 * });
 */
export function defineConfig<const S extends Settings>(settings: S): Config<S> {
  return {
    settings,
    parse(environment) {
      const problems: string[] = [];
      const values: Record<string, unknown> = {};
      for (const [name, setting] of Object.entries(settings)) {
        const text = environment[name];
        if (text === undefined || text === '') {
          if ('default' in setting) values[name] = setting.default;
          else problems.push(`${name} is required (${setting.help})`);
          continue;
        }
        const parsed = setting.type.safeParse(text);
        // The value itself is not repeated: it may be a secret.
        if (parsed.success) values[name] = parsed.data;
        else problems.push(`${name} ${parsed.error.issues[0]?.message ?? 'is not valid'} (${setting.help})`);
      }
      for (const name of Object.keys(environment)) {
        if (name.startsWith(PREFIX) && !(name in settings)) problems.push(`${name} is no setting of this process`);
      }
      if (problems.length > 0) throw configErrors.CONFIG_INVALID({ problems });
      return Object.freeze(values) as ConfigOf<S>;
    },
    print: (config) =>
      Object.entries(settings).map(([name, setting]) => {
        const value = shown((config as Readonly<Record<string, unknown>>)[name]);
        return `${name}=${setting.secret && value !== '' ? '***' : value}`;
      }),
    example: () =>
      Object.entries(settings)
        .map(
          ([name, setting]) =>
            `# ${setting.help}${'default' in setting ? '' : ' (required)'}\n${name}=${setting.secret ? '' : shown(setting.default)}\n`,
        )
        .join('\n'),
  };
}
