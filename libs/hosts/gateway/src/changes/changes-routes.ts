import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { accessErrors, keyOfAuthorization, requireScope } from '@kohort/access-domain';
import type { Caller, KeyRing } from '@kohort/access-flow';
import { gatewayErrors, withSnapshotToken, type GatewayServices } from '@kohort/gateway-resolvers';
import { readShape, type ChangeFilter } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import { httpAnswer } from '@kohort/platform-nest';
import { LAST_WORDS_MS, SLOW_MS } from '../live/live-door';
import type { LiveKeys } from '../live/live-keys';
import { outflow, type Outflow } from './change-outflow';
import { linesAsTheyCome, linesToEnd } from './change-lines';

/** What the export stands on. */
export interface ChangesParts {
  readonly services: GatewayServices;
  readonly keys: KeyRing;
  readonly watch: LiveKeys;
  /** A client that takes nothing for this long is closed; that of the websockets when absent. */
  readonly slowMs?: number | undefined;
}

const query = z.strictObject({
  after: z.string().min(1).max(500).optional(),
  segment: z.string().min(1).max(200).optional(),
  profile: z.uuid().optional(),
  kinds: z.string().max(50).optional(),
  follow: z.enum(['true', 'false']).default('false'),
});
type Asked = z.infer<typeof query>;
const PARAMETERS = Object.keys(query.shape).join(', ');
const NAME_CHARS = 50;

const kindList = z.array(z.enum(['entered', 'exited'])).min(1);

function askedOf(request: FastifyRequest): Asked {
  const parsed = readShape(query, request.query);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    const name = String(issue.keys[0]).slice(0, NAME_CHARS);
    throw gatewayErrors.GATEWAY_EXPORT_UNKNOWN_PARAMETER({ name, known: PARAMETERS });
  }
  throw gatewayErrors.GATEWAY_EXPORT_INVALID({ name: String(issue?.path[0]) });
}

async function filterOf(services: GatewayServices, caller: Caller, asked: Asked): Promise<ChangeFilter> {
  const kinds = asked.kinds === undefined ? undefined : readShape(kindList, asked.kinds.split(','));
  if (kinds?.success === false) throw gatewayErrors.GATEWAY_EXPORT_INVALID({ name: 'kinds' });
  const reader = services.read.forWorkspace(caller.workspaceId, services.clock.now() + services.deadlineMs);
  const [segment] = asked.segment === undefined ? [] : await reader.segments.byKeys([asked.segment]);
  if (asked.segment !== undefined && !segment) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'segment' });
  const [profile] = asked.profile === undefined ? [] : await reader.profiles.byIds([asked.profile]);
  if (asked.profile !== undefined && !profile) throw gatewayErrors.GATEWAY_NOT_FOUND({ what: 'profile' });
  return { segmentId: segment?.id, profileId: profile?.id, kinds: kinds?.data };
}

/** The lines that are asked for; the cursor is tried before the first one. */
async function linesOf(parts: ChangesParts, request: FastifyRequest): Promise<Pick<Outflow, 'lots' | 'onHeld'>> {
  const { services, keys, watch } = parts;
  const keyText = keyOfAuthorization(request.headers.authorization);
  if (keyText === null) throw accessErrors.ACCESS_KEY_MISSING();
  const caller = await keys.caller(keyText);
  requireScope(caller.scopes, 'graphql:read');
  const asked = askedOf(request);
  const filter = await filterOf(services, caller, asked);
  const { workspaceId } = caller;
  if (asked.follow === 'true') {
    const stream = await services.changes.open(workspaceId, asked.after ?? null, filter);
    request.raw.socket.once('close', () => void stream.return());
    const socket = {
      close: () => void request.raw.destroy(),
      once: (event: 'close', callback: () => void) => request.raw.socket.once(event, callback),
    };
    const watched = watch.add(socket, { keyText, caller, onGood: () => stream.onReady() });
    return { lots: linesAsTheyCome(stream, watched), onHeld: () => stream.rest() };
  }
  const { changeLog: log } = services;
  if (asked.after === undefined) throw gatewayErrors.GATEWAY_EXPORT_AFTER_MISSING();
  await log.check(workspaceId, asked.after).catch(async (thrown: unknown) => {
    throw isAppError(thrown) ? await withSnapshotToken({ log, workspaceId }, thrown) : thrown;
  });
  return { lots: linesToEnd({ log, workspaceId, filter }, asked.after), onHeld: () => undefined };
}

/**
 * `GET /v1/changes.ndjson`: the membership change log, a line a change, each with the cursor that resumes behind it.
 * `after` (needed unless it follows), `segment`, `profile`, `kinds=entered,exited`, `follow=true` to stay and be told of
 * what comes; any other parameter is refused. It reads as fast as the client does; a client that takes nothing for half a minute is closed with the cursor
 * in its last line.
 */
export function changesRoutes(parts: ChangesParts): (scope: FastifyInstance) => Promise<void> {
  return async (scope) => {
    scope.setErrorHandler((thrown, request, reply) => {
      const answer = httpAnswer(thrown, { correlationId: request.id, logger: parts.services.logger });
      const token = isAppError(thrown) ? thrown.details['snapshotToken'] : undefined;
      return reply
        .code(answer.status)
        .headers(answer.headers)
        .send(token === undefined ? answer.body : { ...answer.body, snapshotToken: token });
    });
    scope.get('/v1/changes.ndjson', async (request, reply) => {
      const lines = outflow({
        ...(await linesOf(parts, request)),
        ...{ slowMs: parts.slowMs ?? SLOW_MS, lastWordsMs: LAST_WORDS_MS },
        logger: parts.services.logger,
        cut: () => {
          if (!reply.raw.writableFinished) request.raw.destroy();
        },
      });
      return reply.header('content-type', 'application/x-ndjson').header('cache-control', 'no-store').send(lines);
    });
  };
}
