import type { JobControl, JsonObject, SourceConnectionRecord, SourceConnectors } from '@kohort/kernel-contracts';
import { isAppError } from '@kohort/kernel-errors';
import type { ConnectedSource, SourceHost } from '@kohort/plugin-kit-sdk';
import { withDeadline } from './deadline';
import { pluginHostErrors } from './errors';
import { createRedactor, scrubMessage } from './redact';
import type { SourceList } from './source-list';

export interface SourceConnectorsOptions {
  readonly sources: SourceList;
  /** The machine's parts that sources are allowed to reach. */
  readonly machine: Omit<SourceHost, 'signal'>;
  /** Opens the sealed settings of a connection. */
  readonly openSecrets: (connection: SourceConnectionRecord) => JsonObject;
}

const LOOK_TIMEOUT_MS = 60_000;

interface Connected {
  readonly source: ConnectedSource;
  readonly scrub: (message: string) => string;
}

/** A connector's failure, with its words fit for a log: secrets and what looks like an address blanked. */
async function told<T>(scrub: Connected['scrub'], work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    if (isAppError(thrown)) throw thrown;
    const reason = scrub(thrown instanceof Error ? thrown.message : 'it failed without a word');
    throw pluginHostErrors.PLUGIN_HOST_SOURCE_FAILED({ reason }, { cause: thrown });
  }
}

/** Port `SourceConnectors` over the sources of this process. */
export function createSourceConnectors(options: SourceConnectorsOptions): SourceConnectors {
  function connect(connection: SourceConnectionRecord): Connected {
    const secrets = connection.secrets === null ? {} : options.openSecrets(connection);
    const source = options.sources.get(connection.plugin).connect({ ...connection.settings, ...secrets });
    const redact = createRedactor({ secrets: source.secrets, personal: [] });
    return { source, scrub: (message) => scrubMessage(message, redact) };
  }
  const look = <T>({ scrub }: Connected, control: JobControl, work: (host: SourceHost) => Promise<T>): Promise<T> =>
    told(scrub, () => withDeadline((signal) => work({ ...options.machine, signal }), LOOK_TIMEOUT_MS, control.signal));
  return {
    async check(connection, control) {
      const connected = connect(connection);
      const found = await look(connected, control, (host) => connected.source.check(host));
      return found.map((one) => ({ ...one, message: connected.scrub(one.message) }));
    },
    async discover(connection, control) {
      const connected = connect(connection);
      return look(connected, control, (host) => connected.source.discover(host));
    },
    async open(connection, control) {
      const { source, scrub } = connect(connection);
      const signal = control.signal ?? new AbortController().signal;
      return told(scrub, () => source.open({ ...options.machine, signal }));
    },
  };
}
