import { NotFoundException } from '@nestjs/common';
import { AppError } from '@kohort/kernel-errors';
import { silentLogger, type LogFields } from '@kohort/kernel-telemetry';
import { httpAnswer } from './http-answer';
import { nestLogger } from './nest-logger';

const setting = { correlationId: 'c1', logger: silentLogger };

describe('httpAnswer', () => {
  it('answers by kind, with the wait that was asked for', () => {
    const error = new AppError({ code: 'X_BUSY', kind: 'rate-limited', message: 'busy', afterMs: 1_500 });
    expect(httpAnswer(error, setting)).toEqual({
      status: 429,
      headers: { 'x-correlation-id': 'c1', 'retry-after': '2' },
      body: { code: 'X_BUSY', message: 'busy', correlationId: 'c1' },
    });
  });

  it('masks what it does not know, and does not show the message', () => {
    const answer = httpAnswer(new TypeError('select * from secret at /srv/app.ts'), setting);
    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer)).not.toMatch(/secret|srv/);
  });

  it('keeps 4xx of the framework, in our words', () => {
    expect(httpAnswer(new NotFoundException('Cannot GET /x'), setting)).toMatchObject({
      status: 404,
      body: { code: 'HTTP_NOT_FOUND' },
    });
    const tooLarge = Object.assign(new RangeError('x'), { statusCode: 413 });
    expect(httpAnswer(tooLarge, setting)).toMatchObject({ status: 400, body: { code: 'HTTP_REQUEST_INVALID' } });
  });
});

describe('nestLogger', () => {
  it('passes on who speaks, and of an error only its name', () => {
    const lines: [string, LogFields | undefined][] = [];
    const logger = nestLogger({ ...silentLogger, error: (message, fields) => void lines.push([message, fields]) });
    logger.error(new TypeError('user@example.org'), 'stack');
    expect(lines).toEqual([['nest reports an error', { reason: 'TypeError' }]]);
  });
});
