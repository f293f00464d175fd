import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { refuse } from './exception';

export type DoorUser = 'admin' | 'query';

/** The secrets of the two users, made anew at each start; at least 16 characters each. */
export interface DoorKeys {
  readonly adminKey: string;
  readonly queryKey: string;
}

/** Parameters of the HTTP interface that are neither settings nor query parameters; the engine is not asked for them. */
const INTERFACE_PARAMETERS = new Set([
  'query',
  'query_id',
  'database',
  'default_format',
  'session_id',
  'session_timeout',
  'session_check',
  'user',
  'password',
  'role',
  'quota_key',
  'stacktrace',
  'buffer_size',
  'wait_end_of_query',
  'compress',
  'decompress',
  'enable_http_compression',
  'http_zlib_compression_level',
  'send_progress_in_http_headers',
  'http_headers_progress_interval_ms',
  'add_http_cors_header',
  'http_write_exception_in_output_format',
]);

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** What a request asks for, apart from its body. */
export interface DoorRequest {
  readonly user: DoorUser;
  readonly queryId: string | undefined;
  readonly statement: string;
  readonly database: string | undefined;
  readonly defaultFormat: string;
  readonly gzipAnswer: boolean;
  readonly settings: ReadonlyMap<string, string>;
  readonly parameters: ReadonlyMap<string, string>;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

function presented(request: IncomingMessage, url: URL): { readonly user: string; readonly key: string } {
  const basic = /^Basic (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  if (basic !== undefined) {
    const [user = '', ...key] = Buffer.from(basic, 'base64').toString('utf8').split(':');
    return { user, key: key.join(':') };
  }
  const { 'x-clickhouse-user': user, 'x-clickhouse-key': key } = request.headers;
  return {
    user: String(user ?? url.searchParams.get('user') ?? ''),
    key: String(key ?? url.searchParams.get('password') ?? ''),
  };
}

/** Who asks. Compared in constant time over digests; an unknown user takes as long as a wrong key. */
export function authenticate(request: IncomingMessage, url: URL, keys: DoorKeys): DoorUser {
  const { user, key } = presented(request, url);
  const expected = user === 'admin' ? keys.adminKey : keys.queryKey;
  if (timingSafeEqual(digest(key), digest(expected)) && (user === 'admin' || user === 'query')) return user;
  throw refuse(516, 'AUTHENTICATION_FAILED', 'unknown user, or a wrong key');
}

function databaseOf(url: URL): string | undefined {
  const database = url.searchParams.get('database') ?? undefined;
  if (database !== undefined && !NAME.test(database)) throw refuse(36, 'BAD_ARGUMENTS', 'that is not a database name');
  return database;
}

function named(name: string): string {
  if (!NAME.test(name)) throw refuse(36, 'BAD_ARGUMENTS', 'a parameter has an unusable name');
  return name;
}

/** Reads the request's line and headers. Parameters that came in a form are merged in by the caller. */
export function parseRequest(request: IncomingMessage, url: URL, user: DoorUser): DoorRequest {
  const settings = new Map<string, string>();
  const parameters = new Map<string, string>();
  for (const [key, value] of url.searchParams) {
    if (key.startsWith('param_')) parameters.set(named(key.slice('param_'.length)), value);
    else if (!INTERFACE_PARAMETERS.has(key)) settings.set(named(key), value);
  }
  const asked = url.searchParams.get('enable_http_compression') === '1';
  return {
    user,
    queryId: url.searchParams.get('query_id') ?? undefined,
    statement: url.searchParams.get('query') ?? '',
    database: databaseOf(url),
    defaultFormat: url.searchParams.get('default_format') ?? 'TabSeparated',
    gzipAnswer: asked && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? '')),
    settings,
    parameters,
  };
}

/** The body as it was before the client compressed it. */
export function decodedBody(request: IncomingMessage): Readable {
  const encoding = request.headers['content-encoding'];
  if (encoding === undefined || encoding === 'identity') return request;
  const decoders = { gzip: createGunzip, br: createBrotliDecompress, deflate: createInflate } as const;
  if (encoding !== 'gzip' && encoding !== 'br' && encoding !== 'deflate') {
    throw refuse(36, 'BAD_ARGUMENTS', 'the body has an unknown Content-Encoding', 415);
  }
  const decoder = decoders[encoding]();
  request.on('error', (thrown) => decoder.destroy(thrown));
  return request.pipe(decoder);
}

/** Collects a body that must fit in memory. */
export async function collect(body: Readable, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    const piece = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    size += piece.length;
    if (size > maxBytes) throw refuse(307, 'TOO_MANY_BYTES', `the body is longer than ${maxBytes} bytes`, 413);
    chunks.push(piece);
  }
  return Buffer.concat(chunks);
}

/** A statement whose parameters came as a form (`use_multipart_params` of the client). */
export async function mergeForm(asked: DoorRequest, contentType: string, body: Buffer): Promise<DoorRequest> {
  const form = await new Response(body, { headers: { 'content-type': contentType } }).formData();
  const parameters = new Map(asked.parameters);
  let statement = asked.statement;
  for (const [key, value] of form.entries()) {
    if (typeof value !== 'string') throw refuse(36, 'BAD_ARGUMENTS', 'external tables are not supported');
    if (key === 'query') statement += value;
    else if (key.startsWith('param_')) parameters.set(named(key.slice('param_'.length)), value);
  }
  return { ...asked, statement, parameters };
}
