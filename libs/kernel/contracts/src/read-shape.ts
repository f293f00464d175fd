import { z } from 'zod';

/** What was read: the data, or what is wrong with it. */
export type ShapeRead<T> =
  | { readonly success: true; readonly data: T; readonly error?: undefined }
  | { readonly success: false; readonly data?: undefined; readonly error: z.ZodError };

/**
 * `schema.safeParse` for data from outside, which never throws: the length checks of zod look at whatever has a
 * `length`, so that `{"length":{"toString":1}}` in place of a text makes them throw a TypeError.
 *
 * Shape   what `safeParse` answers; data that cannot be looked at is one issue without a path
 */
export function readShape<T extends z.ZodType>(
  schema: T,
  data: unknown,
  params?: { readonly reportInput?: boolean },
): ShapeRead<z.output<T>> {
  try {
    return schema.safeParse(data, params);
  } catch (thrown) {
    if (!(thrown instanceof TypeError) && !(thrown instanceof RangeError)) throw thrown;
    const message = 'has a part that cannot be read';
    return { success: false, error: new z.ZodError([{ code: 'custom', path: [], message, input: undefined }]) };
  }
}

/**
 * `schema.parse` for data from outside: what cannot be read is a ZodError, whatever the data say of themselves.
 *
 * Throws  ZodError
 */
export function parseShape<T extends z.ZodType>(schema: T, data: unknown): z.output<T> {
  const read = readShape(schema, data);
  if (!read.success) throw read.error;
  return read.data;
}
