import { invalidInput } from './results';

describe('invalidInput', () => {
  it('says each place once, whether the issue has said it or not', () => {
    const message = (path: string, said: string): unknown => invalidInput('X', [{ path, message: said }])['message'];
    expect(message('line 1, column 8', 'line 1, column 8: expected "("')).toBe('line 1, column 8: expected "("');
    expect(message('where.all.1', 'node where.all.1: needs a "value"')).toBe('node where.all.1: needs a "value"');
    expect(message('name', 'is too long')).toBe('name: is too long');
    expect(message('where', 'node where.all.1: needs a "value"')).toBe('where: node where.all.1: needs a "value"');
    expect(message('', 'is nothing')).toBe('is nothing');
  });
});
