import { toAppError } from '@kohort/kernel-errors';
import {
  profileIdSchema,
  type Deliverer,
  type DeliveryControl,
  type DeliveryInput,
  type DeliveryOutcome,
  type DestinationRecord,
  type JsonObject,
  type MemberVerdict,
  type PreviewedRequest,
  type SyncOperation,
} from '@kohort/kernel-contracts';
import { traitKeysOf, type Connection, type OpenedPage, type Plugin } from '@kohort/plugin-kit-sdk';
import { withDeadline } from './deadline';
import { PageDelivery } from './delivery';
import { pluginHostErrors } from './errors';
import { createPluginHost, createRecordingMachine, describeRequest, type Machine } from './machine';
import type { PluginList } from './plugin-list';
import { createRedactor, personalValues, redactObject, scrubMessage } from './redact';

export interface DelivererOptions {
  readonly plugins: PluginList;
  readonly machine: Machine;
  /** Opens the sealed settings of a destination. */
  readonly openSecrets: (destination: DestinationRecord) => Promise<JsonObject>;
  /** Limit of one send, over the transport's own; default 60,000. */
  readonly sendTimeoutMs?: number;
  /** Most members of a page, whatever the connector allows; default 5,000. */
  readonly maxPageMembers?: number;
}

/** Most members of a page, whatever a connector allows. */
export const MAX_PAGE_MEMBERS = 5_000;

const CHECK_TIMEOUT_MS = 15_000;
/** Requests of a page beyond those that a faultless page takes. */
const ISOLATION_BUDGET = 64;

/** Removals first; one operation at a time where the connector does not mix them. */
function operationsOf(plugin: Plugin, input: DeliveryInput): readonly (readonly SyncOperation[])[] {
  const present = (['remove', 'add'] as const).filter((one) =>
    input.changes.some((change) => change.operation === one),
  );
  const first = plugin.actions.find((action) => present.every((one) => action.operations.includes(one)));
  return plugin.manifest.capabilities.mixedActionsInBatch && first ? [present] : present.map((one) => [one]);
}

function rejectedVerdicts(page: OpenedPage): MemberVerdict[] {
  return page.rejections.map(({ delta, stage, code, message }) => ({
    profileId: delta.profileId,
    operation: delta.operation,
    changeVersion: delta.changeVersion,
    fate: 'rejected',
    stage,
    code,
    message,
    retryAfterMs: null,
    countsAsAttempt: true,
    fingerprint: null,
  }));
}

/**
 * Port `Deliverer` over the connectors of this process: prepares, builds, sends under a time limit, classifies, isolates
 * bad records, blanks what must not be seen. It writes nothing down; the caller saves the verdicts.
 */
export function createDeliverer(options: DelivererOptions): Deliverer {
  const sendTimeoutMs = options.sendTimeoutMs ?? 60_000;

  async function connect(destination: DestinationRecord): Promise<{ plugin: Plugin; connection: Connection }> {
    const plugin = options.plugins.get(destination.plugin);
    const secrets = destination.secrets === null ? {} : await options.openSecrets(destination);
    return { plugin, connection: plugin.connect({ ...destination.settings, ...secrets }) };
  }

  function openPages(plugin: Plugin, connection: Connection, input: DeliveryInput): OpenedPage[] {
    return operationsOf(plugin, input).map((operations) => {
      const operation = operations[0] ?? 'add';
      const action = connection.actionFor(operation);
      if (!action) throw pluginHostErrors.PLUGIN_HOST_OPERATION({ plugin: plugin.manifest.id, operation });
      return action.open({
        changes: input.changes.filter((change) => operations.includes(change.operation)),
        context: {
          workspaceId: input.destination.workspaceId,
          destinationId: input.destination.id,
          syncId: input.sync.id,
          segment: input.sync.segment,
          runId: input.runId,
          runStartedAt: input.runStartedAt,
          sequence: input.sequence,
          mapping: plugin.mappingFor(operation, input.sync.mapping),
        },
      });
    });
  }

  async function deliverPage(
    page: OpenedPage,
    control: DeliveryControl,
    redact: (text: string) => string,
  ): Promise<DeliveryOutcome> {
    const delivery = new PageDelivery(page, {
      send: async (request) => {
        await control.beforeSend?.();
        return withDeadline(
          async (signal) => {
            try {
              return await request.send(createPluginHost(options.machine, signal));
            } catch (thrown) {
              throw withDelivered(thrown);
            }
          },
          sendTimeoutMs,
          control.signal,
        );
      },
      now: () => options.machine.clock.now(),
      scrub: (message) => scrubMessage(message, redact),
      stopped: () => control.signal?.aborted === true,
      profileId: (member) => profileIdSchema.parse(member.profileId),
      maxRequests: page.build(page.members).length + ISOLATION_BUDGET,
    });
    return delivery.run();
  }

  return {
    plan(destination, mapping) {
      const plugin = options.plugins.get(destination.plugin);
      const used = plugin.actions.flatMap((action) =>
        traitKeysOf(Object.keys(mapping).length === 0 ? action.defaultMapping : mapping),
      );
      return {
        pageMembers: Math.min(
          plugin.manifest.capabilities.batch.maxRecords,
          options.maxPageMembers ?? MAX_PAGE_MEMBERS,
        ),
        traitKeys: [...new Set(used)].sort(),
      };
    },
    async check(destination, control) {
      const { connection } = await connect(destination);
      const redact = createRedactor({ secrets: connection.secrets, personal: [] });
      const found = await withDeadline(
        (signal) => connection.check(createPluginHost(options.machine, signal)),
        CHECK_TIMEOUT_MS,
        control.signal,
      );
      return found.map((one) => ({ ...one, message: scrubMessage(one.message, redact) }));
    },
    async preview(input) {
      const { plugin, connection } = await connect(input.destination);
      const redact = createRedactor({ secrets: connection.secrets, personal: personalValues(input.changes) });
      const machine = createRecordingMachine(options.machine.clock);
      const host = createPluginHost(machine, new AbortController().signal);
      const requests: PreviewedRequest[] = [];
      const verdicts: MemberVerdict[] = [];
      for (const page of openPages(plugin, connection, input)) {
        verdicts.push(...rejectedVerdicts(page));
        for (const request of page.build(page.members)) {
          const seen = { requests: machine.requests.length, writes: machine.writes.length };
          await request.send(host);
          const kinds = new Set(request.members.map((member) => member.operation));
          requests.push({
            requestKey: request.key,
            operation: kinds.size > 1 ? 'mixed' : (request.members[0]?.operation ?? 'add'),
            members: request.members.length,
            content: redactObject(
              {
                requests: machine.requests.slice(seen.requests).map(describeRequest),
                files: machine.writes.slice(seen.writes).map(({ path, content }) => ({
                  path,
                  bytes: content.byteLength,
                  text: path.endsWith('.gz') ? null : Buffer.from(content).toString('utf8'),
                })),
              },
              redact,
            ),
          });
        }
      }
      return { requests, verdicts };
    },
    async deliver(input, control) {
      const { plugin, connection } = await connect(input.destination);
      const redact = createRedactor({ secrets: connection.secrets, personal: personalValues(input.changes) });
      const verdicts: MemberVerdict[] = [];
      let requests = 0;
      let stop: DeliveryOutcome['stop'] = null;
      for (const page of openPages(plugin, connection, input)) {
        verdicts.push(...rejectedVerdicts(page));
        const outcome: DeliveryOutcome = stop
          ? await new PageDelivery(page, notTried).run()
          : await deliverPage(page, control, redact);
        verdicts.push(...outcome.verdicts);
        requests += outcome.requests;
        stop ??= outcome.stop;
      }
      return { verdicts, stop, requests };
    },
  };
}

/** After a stop the other operation's members are handed back untouched. */
const notTried: ConstructorParameters<typeof PageDelivery>[1] = {
  send: () => Promise.reject(pluginHostErrors.PLUGIN_HOST_STOPPED({ delivered: 'no' })),
  now: () => 0,
  scrub: (message) => message,
  stopped: () => true,
  profileId: (member) => profileIdSchema.parse(member.profileId),
  maxRequests: 0,
};

/** An error that does not say whether the destination may have acted is taken as: it may have. */
function withDelivered(thrown: unknown): unknown {
  const error = toAppError(thrown, 'sending');
  if (error.details['delivered'] !== undefined) return error;
  const details = { delivered: error.kind === 'configuration' ? 'no' : 'unknown', reason: error.code };
  return error.kind === 'configuration'
    ? pluginHostErrors.PLUGIN_HOST_MISCONFIGURED(details, { cause: error })
    : pluginHostErrors.PLUGIN_HOST_SEND_FAILED(details, { cause: error });
}
