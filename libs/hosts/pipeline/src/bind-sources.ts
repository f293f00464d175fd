import { firstPartySources, type Engines } from '@kohort/hosts-runtime';
import type { PullDeps } from '@kohort/ingest-flow';
import type { SecretBox } from '@kohort/kernel-contracts';
import { createDialer, type EgressClient } from '@kohort/platform-http';
import { sourceConnections } from '@kohort/platform-postgres';
import { createSourceConnectors, createSourceList, sourcePlace } from '@kohort/plugin-kit-host';
import { pipelineHostErrors } from './pipeline-host-errors';

/** What sources are bound to. */
export interface SourceParts {
  readonly engines: Pick<Engines, 'database' | 'clock'>;
  readonly http: EgressClient;
  readonly secrets: SecretBox | null;
  readonly egressAllow: readonly string[];
}

/** The connections of the database and the connectors of this process. */
export function bindSources(parts: SourceParts): Pick<PullDeps, 'connections' | 'connectors'> {
  const { http, secrets, engines } = parts;
  return {
    connections: sourceConnections(engines.database),
    connectors: createSourceConnectors({
      sources: createSourceList(firstPartySources),
      machine: { http, stream: http, dial: createDialer({ allow: parts.egressAllow }), clock: engines.clock },
      openSecrets(connection) {
        if (!secrets) throw pipelineHostErrors.PIPELINE_NO_KEY();
        return connection.secrets === null ? {} : secrets.open(sourcePlace(connection), connection.secrets);
      },
    }),
  };
}
