import { z } from 'zod';
import { readShape } from './read-shape';

const schema = z.strictObject({ name: z.string().min(1).max(5) });

describe('readShape', () => {
  it('answers as safeParse does', () => {
    expect(readShape(schema, { name: 'a' })).toEqual({ success: true, data: { name: 'a' } });
    expect(readShape(schema, { name: 7 }).error?.issues[0]?.path).toEqual(['name']);
  });

  it('refuses what zod cannot look at', () => {
    const data: unknown = JSON.parse('{"name":{"length":{"toString":1,"valueOf":1}}}');
    expect(() => schema.safeParse(data)).toThrow(TypeError);
    expect(readShape(schema, data).error?.issues[0]?.message).toBe('has a part that cannot be read');
  });
});
