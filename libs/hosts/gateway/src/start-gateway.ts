import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import websocket from '@fastify/websocket';
import { NestFactory } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { WebSocket } from 'ws';
import { requirePolicies } from '@kohort/gateway-resolvers';
import { nestLogger } from '@kohort/platform-nest';
import { LOG_CHANNEL, listen, type Listening } from '@kohort/platform-postgres';
import { explorerRoutes } from './explorer/explorer-routes';
import { GatewayModule, HANDLER_CLASSES } from './gateway.module';
import type { GatewayOptions, RunningGateway } from './gateway-options';
import { bindServices, type BoundServices } from './gateway-services';
import { CLOSE_INIT_TIMEOUT, LiveConnections } from './graphql/live-connections';
import { mercuriusConfig } from './graphql/mercurius-config';
import { openIngest, type IngestDoor } from './ingest/open-ingest';
import { ingestRoutes } from './ingest/ingest-routes';
import { openMetrics, type GatewayMetrics } from './operations/metrics';

/** How long answers under way may take once the gateway is told to stop. */
const STOP_GRACE_MS = 3_000;

/** A websocket that has not said who it is within this time is closed. */
const INIT_TIMEOUT_MS = 10_000;
const DEFAULT_RECHECK_MS = 15_000;
const DEFAULT_ARTIFACT_BYTES = 1_073_741_824;

function watchSockets(fastify: FastifyInstance, initialised: WeakSet<WebSocket>): void {
  fastify.websocketServer.on('connection', (socket: WebSocket) => {
    const timer = setTimeout(() => {
      if (!initialised.has(socket)) socket.close(CLOSE_INIT_TIMEOUT, 'Connection initialisation timeout');
    }, INIT_TIMEOUT_MS);
    socket.once('close', () => clearTimeout(timer));
  });
}

function countRequests(fastify: FastifyInstance, metrics: GatewayMetrics): void {
  fastify.addHook('onRequest', async (request, reply) => {
    void reply.header('x-correlation-id', request.id);
  });
  fastify.addHook('onResponse', async (request, reply) => {
    // The route's pattern, not the path: a path may hold what a person typed.
    const route = request.routeOptions.url ?? 'unknown';
    metrics.requests.inc({ route, status: String(reply.statusCode) });
    metrics.seconds.observe({ route }, reply.elapsedTime / 1_000);
  });
}

async function build(
  options: GatewayOptions,
  bound: BoundServices,
  running: { readonly live: LiveConnections; readonly door: IngestDoor },
): Promise<NestFastifyApplication> {
  const { live, door } = running;
  const { services, keys, limits } = bound;
  const metrics = openMetrics({
    streams: () => services.changes.openStreams,
    sockets: () => live.size,
    waiting: () => door.admission.depth,
    spoolBytes: () => door.spooled?.spool.bytes ?? 0,
    spoolRecords: () => door.spooled?.spool.records ?? 0,
  });
  const initialised = new WeakSet<WebSocket>();
  const adapter = new FastifyAdapter({
    bodyLimit: limits.bodyBytes,
    genReqId: () => randomUUID(),
    forceCloseConnections: 'idle',
  });
  const fastify: FastifyInstance = adapter.getInstance();
  const rules = { limits, introspection: !options.production };
  const mercurius = mercuriusConfig(
    { services, keys, live, rules, onCost: (cost) => metrics.cost.observe(cost) },
    initialised,
  );
  const app = await NestFactory.create<NestFastifyApplication>(
    GatewayModule.with({
      ...{ database: options.database, clock: options.clock, logger: options.logger },
      ...{ metrics, mercurius, outage: door.spooled },
    }),
    adapter,
    // Fastify's own parsers: JSON with hostile names refused, and no forms, which a foreign page could send.
    { logger: nestLogger(options.logger), abortOnError: false, bodyParser: false },
  );
  countRequests(fastify, metrics);
  await fastify.register(websocket, { options: { maxPayload: limits.bodyBytes } });
  watchSockets(fastify, initialised);
  const ingest = {
    ...{ keys, metrics, door, artifacts: options.artifacts, read: services.read },
    ...{ clock: options.clock, logger: options.logger, deadlineMs: limits.deadlineMs },
    maxArtifactBytes: options.maxArtifactBytes ?? DEFAULT_ARTIFACT_BYTES,
  };
  await fastify.register(ingestRoutes(ingest));
  if (!options.production) await fastify.register(explorerRoutes(() => app.get(GraphQLSchemaHost).schema));
  return app;
}

/** Wakes the streams when the relay says that memberships have changed; without it the poll finds them. */
async function listenForChanges(options: GatewayOptions, wake: () => void): Promise<Listening | null> {
  try {
    return await listen(options.database.url, LOG_CHANNEL, (topics) => {
      if (topics === '' || topics.includes('MembershipChanged')) wake();
    });
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.name : 'unknown';
    options.logger.warn('not listening for changes; polling', { reason });
    return null;
  }
}

/**
 * Starts the gateway: GraphQL with subscriptions at /graphql, ingest at /v1 and /v2, health, metrics.
 *
 * Throws  GATEWAY_POLICY_MISSING when a handler names no policy; SPOOL_IN_USE; what Node throws when the port is taken
 */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  requirePolicies(HANDLER_CLASSES);
  const bound = bindServices(options);
  const live = new LiveConnections(bound.keys, Math.min(options.recheckMs ?? DEFAULT_RECHECK_MS, 30_000));
  const door = await openIngest({ ...options, settings: options.door ?? {} });
  const app = await build(options, bound, { live, door });
  await app.listen(options.port, options.host ?? '127.0.0.1');
  const address = app.getHttpServer().address();
  const port = typeof address === 'object' && address !== null ? address.port : options.port;
  const listening = await listenForChanges(options, () => bound.pulse.wake());
  options.logger.info('gateway listens', { port });
  return {
    port,
    url: `http://${options.host ?? '127.0.0.1'}:${port}`,
    wake: () => bound.pulse.wake(),
    async stop() {
      await listening?.close();
      await Promise.all([bound.services.changes.stop(), bound.services.jobs.stop()]);
      // A connection that has sent nothing yet is neither idle nor busy; closing would wait for it for ever.
      const late = setTimeout(() => app.getHttpServer().closeAllConnections(), STOP_GRACE_MS);
      await app.close();
      clearTimeout(late);
      await door.stop();
      live.stop();
      bound.pulse.stop();
      options.logger.info('gateway stopped', { port });
    },
  };
}
