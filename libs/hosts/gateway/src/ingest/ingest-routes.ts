import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { keyOfAuthorization } from '@kohort/access-domain';
import { isAppError } from '@kohort/kernel-errors';
import { httpAnswer } from '@kohort/platform-nest';
import {
  MAX_BODY_BYTES,
  accept,
  asRetryable,
  nativeOriginOf,
  originOf,
  uploaderOf,
  type IngestParts,
  type ReadCall,
} from './ingest-parts';
import { PATHS, parseCall, withGpc, type CallKind } from './parse-call';
import { readBody } from './read-body';
import type { Accepted } from './spooled-ingest';
import { wireCode } from './wire.errors';

/** Browsers ask first whether they may: any origin may send, a write key is public by nature. */
const CORS: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, OPTIONS',
  'access-control-allow-headers': 'authorization, content-type, content-encoding, x-retry-count, x-kohort-results',
  // Without this a page's SDK could not read for how long it is to wait.
  'access-control-expose-headers': 'retry-after, x-ratelimit-reset, x-durability, x-correlation-id',
  'access-control-max-age': '86400',
};

/** So much of a refused body is still read. */
const DRAINED_BYTES = 8_388_608;

/** How the browser SDK is to send: in portions, and again with back-off when it is told to wait. */
const DELIVERY = {
  unbundledIntegrations: [],
  addBundledMetadata: true,
  retryQueue: true,
  deliveryStrategy: { strategy: 'batching', config: { size: 10, timeout: 5_000 } },
};

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
/** A handler behind the door: `key` is that of the header. */
type KeyedHandler = (request: FastifyRequest, reply: FastifyReply, key: string | null) => Promise<unknown>;

/** The body as it comes. Left half-way it stays open, so that the refusal can still be sent. */
function chunksOf(request: FastifyRequest): AsyncIterable<Buffer> {
  return request.raw.iterator({ destroyOnReturn: false });
}

/**
 * Reads what is left of a refused body, up to a limit: a client that is still sending would otherwise see a broken
 * connection instead of our answer. True when all of it was read.
 */
async function drain(request: FastifyRequest): Promise<boolean> {
  let left = DRAINED_BYTES;
  for await (const chunk of chunksOf(request)) {
    left -= chunk.length;
    if (left <= 0) return false;
  }
  return true;
}

async function callOf(kind: CallKind, request: FastifyRequest): Promise<ReadCall> {
  const encoding = request.headers['content-encoding'];
  const body = await readBody(request.raw, { encoding, limit: MAX_BODY_BYTES });
  return { ...withGpc(parseCall(kind, body), request.headers['sec-gpc']), bytes: body.length };
}

function queryText(request: FastifyRequest, name: string): string | null {
  const query: unknown = request.query;
  if (typeof query !== 'object' || query === null || !(name in query)) return null;
  const value: unknown = Reflect.get(query, name);
  return typeof value === 'string' ? value : null;
}

/** Says where an accepted call is, when that is not the database. */
function sayDurability(reply: FastifyReply, accepted: Accepted): void {
  if (accepted.durability === 'spool') void reply.header('x-durability', 'spool');
}

/**
 * One message or a batch on the wire of Segment's SDKs: 200 `{"success":true}` after the commit, nothing else. With the
 * header `x-kohort-results` the verdicts come along; a call in the spool has none yet.
 */
function wireHandler(parts: IngestParts, kind: CallKind): KeyedHandler {
  return async (request, reply, key) => {
    const call = await callOf(kind, request);
    const origin = await originOf(parts, key, call.writeKey);
    const accepted = await accept(parts, origin, call);
    sayDurability(reply, accepted);
    const wantsResults = request.headers['x-kohort-results'] !== undefined && accepted.durability === 'committed';
    return reply.code(200).send(wantsResults ? { success: true, results: accepted.verdicts } : { success: true });
  };
}

function nativeHandler(parts: IngestParts): KeyedHandler {
  return async (request, reply, headerKey) => {
    const call = await callOf('batch', request);
    const origin = await nativeOriginOf(parts, {
      headerKey,
      bodyKey: call.writeKey,
      source: queryText(request, 'source'),
    });
    const accepted = await accept(parts, origin, call);
    sayDurability(reply, accepted);
    return reply.code(202).send({ results: accepted.durability === 'committed' ? accepted.verdicts : null });
  };
}

function uploadHandler(parts: IngestParts): Handler {
  return async (request, reply) => {
    await uploaderOf(parts, request.headers.authorization);
    const stored = await parts.artifacts.put(chunksOf(request), { maxBytes: parts.maxArtifactBytes });
    return reply.code(201).send(stored);
  };
}

/** What the browser SDK asks before it sends: where to, and in which portions. */
function settingsHandler(parts: IngestParts): Handler {
  return async (request, reply) => {
    const { params } = request;
    const key: unknown = typeof params === 'object' && params !== null ? Reflect.get(params, 'writeKey') : null;
    await originOf(parts, null, typeof key === 'string' ? key : null);
    const { protocol } = request;
    const apiHost = `${request.host}/v1`;
    return reply.code(200).send({
      integrations: { 'Segment.io': { apiKey: key, apiHost, protocol, ...DELIVERY } },
      plan: { track: { __default: { enabled: true } }, identify: { __default: { enabled: true } } },
      edgeFunction: {},
      analyticsNextEnabled: true,
      middlewareSettings: {},
      enabledMiddleware: {},
      metrics: { sampleRate: 0 },
      legacyVideoPluginsEnabled: false,
      remotePlugins: [],
    });
  };
}

/** The parser of all content types here: none. Bodies are read by the handlers, up to their limits. */
function leaveBodiesAlone(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('*', (_request, _payload, done) => done(null, undefined));
}

function answerErrors(scope: FastifyInstance, parts: IngestParts): void {
  scope.setErrorHandler(async (thrown, request, reply) => {
    const answer = httpAnswer(asRetryable(thrown), { correlationId: request.id, logger: parts.logger });
    // What was not read of the body would be taken for the next request of this connection.
    if (!request.raw.complete && !(await drain(request))) void reply.header('connection', 'close');
    const code = isAppError(thrown) ? wireCode(thrown.code) : wireCode(answer.body.code);
    if (answer.status === 429) void reply.header('x-ratelimit-reset', answer.headers['retry-after'] ?? '1');
    return reply
      .code(answer.status)
      .headers(answer.headers)
      .send({ ...answer.body, success: false, code });
  });
}

/**
 * The ingest paths, as a scope of its own on the Fastify server: own body reading, own errors, open to all origins.
 * Each is guarded by its key: write keys on /v1, write or API keys on /v2.
 */
export function ingestRoutes(parts: IngestParts): (scope: FastifyInstance) => Promise<void> {
  return async (scope) => {
    leaveBodiesAlone(scope);
    answerErrors(scope, parts);
    scope.addHook('onRequest', (_request, reply, done) => {
      void reply.headers(CORS);
      done();
    });
    const guarded = (path: string, handler: KeyedHandler): void => {
      const work = async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
        const key = keyOfAuthorization(request.headers.authorization);
        const leave = parts.door.admission.enterDoor(key);
        try {
          await handler(request, reply, key);
        } finally {
          leave();
        }
      };
      // Answered before Fastify looks at a content type that means nothing here, which costs more than parsing the body:
      // a hook that does not call on has answered.
      const onRequest = (request: FastifyRequest, reply: FastifyReply, done: (error: Error) => void): void =>
        void work(request, reply).catch(done);
      scope.post(path, { onRequest }, work);
    };
    for (const [path, kind] of Object.entries(PATHS)) {
      const handler = wireHandler(parts, kind);
      guarded(`/v1/${path}`, handler);
      // The Java SDK's address ends in a slash; an ingest path is never redirected.
      guarded(`/v1/${path}/`, handler);
    }
    // The SDK's figures about itself are taken and forgotten.
    scope.post('/v1/m', async (request, reply) => {
      request.raw.resume();
      return reply.code(200).send({ success: true });
    });
    scope.get('/v1/projects/:writeKey/settings', settingsHandler(parts));
    guarded('/v2/events', nativeHandler(parts));
    scope.post('/v2/artifacts', uploadHandler(parts));
    scope.options('/v1/*', async (_request, reply) => reply.code(204).send());
    scope.options('/v2/*', async (_request, reply) => reply.code(204).send());
  };
}
