import type { LogFields } from '@kohort/kernel-telemetry';
import { openLogger } from './pino-logger';

describe('the logger', () => {
  const lines: string[] = [];
  const logger = openLogger({
    service: 'test',
    level: 'info',
    destination: { write: (line: string) => void lines.push(line) },
  });
  const last = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>;

  it('writes the allowed fields and drops all others, nested ones too', () => {
    const smuggled = {
      runId: 'r1',
      count: 3,
      email: 'ada@example.com',
      reason: { email: 'ada@example.com' },
    } as unknown as LogFields;
    logger.with({ job: 'ingest.import' }).info('imported', smuggled);
    expect(last()).toMatchObject({
      service: 'test',
      level: 'info',
      message: 'imported',
      job: 'ingest.import',
      runId: 'r1',
      count: 3,
    });
    expect(lines.join('')).not.toContain('ada@example.com');
  });

  it('keeps to its level', () => {
    const before = lines.length;
    logger.debug('too detailed');
    expect(lines.length).toBe(before);
  });
});
