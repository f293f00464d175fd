import { ERROR_KINDS } from '@kohort/kernel-errors';
import { ERROR_CLASSES, ERROR_CLASS_KINDS, classifyStatus } from './error-classes';

describe('error classes', () => {
  it('each has a kind of the error catalogue', () => {
    for (const one of ERROR_CLASSES) expect(ERROR_KINDS[ERROR_CLASS_KINDS[one]]).toBeDefined();
  });

  it.each([
    [200, null],
    [204, null],
    [301, 'config_fatal'],
    [400, 'record'],
    [401, 'auth_fatal'],
    [403, 'auth_fatal'],
    [404, 'config_fatal'],
    [408, 'retry'],
    [410, 'gone'],
    [413, 'split'],
    [422, 'record'],
    [429, 'rate_limit'],
    [500, 'retry'],
    [501, 'config_fatal'],
    [503, 'retry'],
    [599, 'retry'],
    [418, 'config_fatal'],
  ])('status %i is %s', (status, expected) => {
    expect(classifyStatus(status)).toBe(expected);
  });
});
