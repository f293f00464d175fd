import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { GraphQLSchemaHost } from '@nestjs/graphql';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { requirePolicies } from '@kohort/gateway-resolvers';
import { nestLogger } from '@kohort/platform-nest';
import { changesRoutes } from './changes/changes-routes';
import { explorerRoutes } from './explorer/explorer-routes';
import { GatewayModule, HANDLER_CLASSES } from './gateway.module';
import type { GatewayOptions, RunningGateway } from './gateway-options';
import { bindServices, type BoundServices } from './gateway-services';
import { identify, mercuriusConfig } from './graphql/mercurius-config';
import { openIngest, type IngestDoor } from './ingest/open-ingest';
import { ingestRoutes } from './ingest/ingest-routes';
import { listenForChanges } from './live/listen-for-changes';
import { LiveDocuments } from './live/live-document';
import { LiveDoor } from './live/live-door';
import { LiveKeys } from './live/live-keys';
import { openMetrics, type GatewayMetrics } from './operations/metrics';

/** How long answers under way may take once the gateway is told to stop. */
const STOP_GRACE_MS = 3_000;

const DEFAULT_RECHECK_MS = 10_000;
const MOST_RECHECK_MS = 15_000;
const DEFAULT_ARTIFACT_BYTES = 1_073_741_824;

function countRequests(fastify: FastifyInstance, metrics: GatewayMetrics): void {
  // Hooks that call on: a promise for each request of each hook would be waited for.
  fastify.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-correlation-id', request.id);
    done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    // The route's pattern, not the path: a path may hold what a person typed.
    const route = request.routeOptions.url ?? 'unknown';
    metrics.requests.inc({ route, status: String(reply.statusCode) });
    metrics.seconds.observe({ route }, reply.elapsedTime / 1_000);
    done();
  });
}

/** From the moment of leaving on every answer ends its connection: the client comes again through the front. */
function closeWhenLeaving(fastify: FastifyInstance): () => void {
  let isLeaving = false;
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (isLeaving) void reply.header('connection', 'close');
    done(null, payload);
  });
  return () => (isLeaving = true);
}

async function build(
  options: GatewayOptions,
  bound: BoundServices,
  running: { readonly watch: LiveKeys; readonly door: IngestDoor },
): Promise<{ app: NestFastifyApplication; live: LiveDoor; leave: () => void }> {
  const { watch, door } = running;
  const { services, keys, limits } = bound;
  const metrics = openMetrics({
    streams: () => services.changes.openStreams,
    sockets: () => watch.size,
    outgoingBytes: () => live.outgoingBytes,
    waiting: () => door.admission.depth,
    spoolBytes: () => door.spooled?.spool.bytes ?? 0,
    spoolRecords: () => door.spooled?.spool.records ?? 0,
    masked: () => door.masked,
  });
  const adapter = new FastifyAdapter({
    bodyLimit: limits.bodyBytes,
    genReqId: () => randomUUID(),
    forceCloseConnections: 'idle',
  });
  const fastify: FastifyInstance = adapter.getInstance();
  const rules = { limits, introspection: !options.production };
  const onCost = (cost: number): void => metrics.cost.observe(cost);
  const mercurius = mercuriusConfig({ services, keys, rules, onCost });
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
  const leave = closeWhenLeaving(fastify);
  const ingest = {
    ...{ keys, metrics, door, artifacts: options.artifacts, read: services.read },
    ...{ clock: options.clock, logger: options.logger, deadlineMs: limits.deadlineMs },
    maxArtifactBytes: options.maxArtifactBytes ?? DEFAULT_ARTIFACT_BYTES,
  };
  await fastify.register(ingestRoutes(ingest));
  await fastify.register(changesRoutes({ services, keys, watch }));
  const schema = (): GraphQLSchema => app.get(GraphQLSchemaHost).schema;
  if (!options.production) await fastify.register(explorerRoutes(schema));
  let documents: LiveDocuments | null = null;
  const live = new LiveDoor({
    ...{ services, watch, schema, maxMessageBytes: limits.bodyBytes },
    keys: (text) => identify(keys, text),
    documents: () => (documents ??= new LiveDocuments({ schema: schema(), rules, onCost })),
  });
  return { app, live, leave };
}

/** Lets connections in: those that come to our port, or those that are handed to us. Answers the port. */
async function letIn(app: NestFastifyApplication, { entrance, port, host }: GatewayOptions): Promise<number> {
  if (entrance) {
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    entrance.open(app.getHttpServer());
    return port;
  }
  await app.listen(port, host ?? '127.0.0.1');
  const address = app.getHttpServer().address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

/**
 * Starts the gateway: GraphQL with subscriptions at /graphql, ingest at /v1 and /v2, health, metrics.
 *
 * Throws  GATEWAY_POLICY_MISSING when a handler names no policy; SPOOL_IN_USE; what Node throws when the port is taken
 */
export async function startGateway(options: GatewayOptions): Promise<RunningGateway> {
  requirePolicies(HANDLER_CLASSES);
  const bound = bindServices(options);
  const recheckMs = Math.min(options.recheckMs ?? DEFAULT_RECHECK_MS, MOST_RECHECK_MS);
  const watch = new LiveKeys({ keys: bound.keys, clock: options.clock, recheckMs });
  const door = await openIngest({ ...options, settings: options.door ?? {} });
  const { app, live, leave } = await build(options, bound, { watch, door });
  live.attach(app.getHttpServer());
  const port = await letIn(app, options);
  const listening = await listenForChanges(options.database.url, bound.pulse, options.logger);
  if (!options.entrance) options.logger.info('gateway listens', { port });
  return {
    port,
    url: `http://${options.host ?? '127.0.0.1'}:${port}`,
    wake: () => bound.pulse.wake(),
    async stop() {
      leave();
      await listening?.close();
      live.stop();
      await Promise.all([bound.services.changes.stop(), bound.services.feeds.stop()]);
      await options.entrance?.clear();
      // A connection that has sent nothing yet is neither idle nor busy; closing would wait for it for ever.
      const late = setTimeout(() => app.getHttpServer().closeAllConnections(), STOP_GRACE_MS);
      await app.close();
      clearTimeout(late);
      await door.stop();
      watch.stop();
      bound.pulse.stop();
      options.logger.info('gateway stopped', { port });
    },
  };
}
