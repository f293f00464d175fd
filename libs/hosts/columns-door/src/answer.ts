import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { createGzip, type Gzip } from 'node:zlib';
import { collect, decodedBody, mergeForm, parseRequest, type DoorRequest, type DoorUser } from './door-request';
import type { Engine, EngineSession } from './engine';
import { exceptionFrom, type ClickHouseException } from './exception';
import { contentTypeOf, formatClause, isStreamed } from './formats';
import { guardQuery } from './guard-query';
import { insertBody } from './insert-body';
import type { Slots } from './slots';
import { openStatementSession, type QueryLimits } from './statement-session';

/** What all requests of one door have in common. */
export interface DoorState {
  readonly engine: Engine;
  readonly denied: ReadonlySet<string>;
  readonly limits: QueryLimits;
  readonly maxBodyBytes: number;
  readonly places: { readonly admin: Slots; readonly query: Slots };
}

/** One request and the response that belongs to it, its user already known. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly user: DoorUser;
}

/** Where the answer's bytes go: the socket, or gzip in front of it. */
type Sink = ServerResponse | Gzip;

/** Answers with an exception; when bytes are already on their way, cuts the connection instead. */
export function writeException(response: ServerResponse, exception: ClickHouseException): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.statusCode = exception.status;
  response.setHeader('X-ClickHouse-Exception-Code', String(exception.code));
  response.setHeader('Content-Type', 'text/plain; charset=UTF-8');
  response.end(`${exception.text}\n`);
}

function begin(asked: DoorRequest, response: ServerResponse, format: string): Sink {
  response.setHeader('Content-Type', contentTypeOf(format));
  response.setHeader('X-ClickHouse-Format', format);
  response.setHeader('X-ClickHouse-Timezone', 'UTC');
  response.setHeader('X-ClickHouse-Server-Display-Name', 'kohort-door');
  if (asked.queryId !== undefined) response.setHeader('X-ClickHouse-Query-Id', asked.queryId);
  if (!asked.gzipAnswer) return response;
  response.setHeader('Content-Encoding', 'gzip');
  const gzip = createGzip({ level: 1 });
  gzip.pipe(response);
  // A reader that hangs up must not leave the compressor waiting for room.
  response.once('close', () => gzip.destroy());
  return gzip;
}

/** Writes, and waits while the reader is behind; a reader that has gone away ends the wait. */
function put(sink: Sink, bytes: Uint8Array): Promise<void> {
  if (sink.write(bytes)) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      sink.off('drain', done);
      sink.off('close', done);
      resolve();
    };
    sink.on('drain', done);
    sink.on('close', done);
  });
}

/**
 * A failure after the first byte. The block is what ClickHouse writes (clients of row streams read the reason out of
 * it); the connection is cut behind it, so that a reader of plain bytes cannot take half an answer for a whole one.
 */
function breakOff(sink: Sink, response: ServerResponse, tag: string, exception: ClickHouseException): void {
  const text = `${exception.text}\n`;
  const block = `\r\n__exception__\r\n${tag}\r\n${text}${Buffer.byteLength(text)} ${tag}\r\n__exception__\r\n`;
  sink.write(block, () => {
    if (sink === response) response.socket?.destroySoon();
    else sink.end(() => response.socket?.destroySoon());
  });
}

async function answerStreamed(session: EngineSession, asked: DoorRequest, response: ServerResponse): Promise<void> {
  const format = formatClause(asked.statement) ?? asked.defaultFormat;
  const chunks = session.stream(asked.statement, format)[Symbol.asyncIterator]();
  // The headers wait for the first chunk, so that a statement that fails at once fails with its status.
  let next = await chunks.next();
  const tag = randomBytes(8).toString('hex');
  response.setHeader('X-ClickHouse-Exception-Tag', tag);
  const sink = begin(asked, response, format);
  try {
    while (!next.done && !response.destroyed) {
      await put(sink, next.value);
      next = await chunks.next();
    }
    sink.end();
  } catch (thrown) {
    breakOff(sink, response, tag, exceptionFrom(thrown));
  } finally {
    await chunks.return?.();
  }
}

async function answerWhole(session: EngineSession, asked: DoorRequest, response: ServerResponse): Promise<void> {
  const format = formatClause(asked.statement) ?? asked.defaultFormat;
  const bytes = await session.run(asked.statement, format);
  begin(asked, response, format).end(bytes);
}

const READS = /^[\s(]*(select|with)\b/i;
const INSERTS = /^\s*insert\b/i;

async function answerStatement(state: DoorState, asked: DoorRequest, response: ServerResponse): Promise<void> {
  if (asked.user === 'query') guardQuery(asked.statement, state.denied);
  // Whoever hung up while waiting for a place is owed nothing.
  if (response.destroyed) return;
  const reads = READS.test(asked.statement);
  const word = randomBytes(8).toString('hex');
  const session = await openStatementSession(state.engine, asked, { limits: state.limits, word });
  // A reader that hangs up takes its statement along; what changes something is finished.
  const onClose = (): void => {
    // Should the engine not do it, its time limit ends the statement.
    if (!response.writableFinished) state.engine.cancel(word).catch(() => undefined);
  };
  if (reads) response.once('close', onClose);
  try {
    const format = formatClause(asked.statement) ?? asked.defaultFormat;
    await (reads && isStreamed(format) ? answerStreamed : answerWhole)(session, asked, response);
  } finally {
    response.off('close', onClose);
    session.close();
  }
}

async function answerInsert(state: DoorState, asked: DoorRequest, body: Readable, response: ServerResponse) {
  const word = randomBytes(8).toString('hex');
  const session = await openStatementSession(state.engine, asked, { limits: state.limits, word });
  try {
    const written = await insertBody(session, { statement: asked.statement, body, maxBytes: state.maxBodyBytes });
    const summary = { read_rows: '0', read_bytes: '0', written_rows: String(written.rows), written_bytes: '0' };
    response.setHeader('X-ClickHouse-Summary', JSON.stringify({ ...summary, result_rows: '0', result_bytes: '0' }));
    begin({ ...asked, gzipAnswer: false }, response, asked.defaultFormat).end();
  } finally {
    session.close();
  }
}

/** One request, from its line to the last byte of its answer. Failures before the first byte are thrown. */
export async function answerRequest(state: DoorState, exchange: Exchange): Promise<void> {
  const { request, response, url, user } = exchange;
  const asked = parseRequest(request, url, user);
  const body = decodedBody(request);
  const type = String(request.headers['content-type'] ?? '');
  if (user === 'admin' && INSERTS.test(asked.statement)) {
    await state.places.admin.run(() => answerInsert(state, asked, body, response));
    return;
  }
  const rest = await collect(body, state.maxBodyBytes);
  const whole = type.startsWith('multipart/form-data')
    ? await mergeForm(asked, type, rest)
    : { ...asked, statement: [asked.statement, rest.toString('utf8')].filter((part) => part !== '').join('\n') };
  await state.places[user].run(() => answerStatement(state, whole, response));
}
