import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isListType, getNamedType, getNullableType, isObjectType, type GraphQLSchema } from 'graphql';
import { handlersWithoutPolicy, requirePolicies } from './context/policy';
import { RESOLVERS } from './resolver-list';
import { buildSchema, schemaText } from './schema-text';

const file = join(__dirname, '../../schema/schema.graphql');

describe('the schema', () => {
  let schema: GraphQLSchema;
  beforeAll(async () => {
    schema = await buildSchema();
    if (process.env['KOHORT_WRITE_SCHEMA'] === '1') writeFileSync(file, schemaText(schema));
  });

  it('is the one in schema.graphql (KOHORT_WRITE_SCHEMA=1 writes it anew)', () => {
    expect(readFileSync(file, 'utf8')).toBe(schemaText(schema));
  });

  it('asks for `first` wherever a list comes from the store', () => {
    const connections: string[] = [];
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isObjectType(type) || type.name.startsWith('__')) continue;
      for (const field of Object.values(type.getFields())) {
        if (!getNamedType(field.type).name.endsWith('Connection')) continue;
        connections.push(`${type.name}.${field.name}`);
        expect(String(field.args.find((each) => each.name === 'first')?.type)).toBe('Int!');
      }
    }
    expect(connections.length).toBeGreaterThan(15);
  });

  it('has no bare list of objects but those that a card, a sync or an answer holds whole', () => {
    const bare: string[] = [];
    for (const type of Object.values(schema.getTypeMap())) {
      if (!isObjectType(type) || /^__|Connection$/.test(type.name)) continue;
      for (const field of Object.values(type.getFields())) {
        const named = getNamedType(field.type);
        if (isListType(getNullableType(field.type)) && isObjectType(named)) bare.push(`${type.name}.${field.name}`);
      }
    }
    expect(bare.sort()).toEqual([
      'Cluster.categories',
      'Cluster.features',
      'ClusterComposition.cells',
      'ClusterIdentity.verdicts',
      'ClusterMigration.after',
      'ClusterMigration.before',
      'ClusterMigration.flows',
      'ClusterStanding.others',
      'ClusterVerdict.after',
      'ClusterVerdict.before',
      'ClusteringAlgorithm.params',
      'ComputedTrait.statistics',
      'ComputedTraitSet.traits',
      'DiffSync.calls',
      'FieldQuality.findings',
      'FieldQuality.top',
      'InvalidInput.issues',
      'IsolatedRecord.fields',
      'Lineage.edges',
      'Lineage.nodes',
      'LinkCandidate.evidence',
      'LinkCandidate.profiles',
      'MembershipExplanation.conditions',
      'MergeEntry.identifiers',
      'Model.clusters',
      'ModelComposition.clusters',
      'ModelComposition.groups',
      'ModelLook.clusters',
      'ModelLook.features',
      'OtherCluster.changes',
      'Parting.profiles',
      'Profile.consents',
      'QuarantinedEvent.violations',
      'Query.clusteringAlgorithms',
      'Query.connectors',
      'Query.importedFiles',
      'Query.purposes',
      'Query.sourceConnectors',
      'Query.traitLibrary',
      'RecordQuality.findings',
      'RecordQuality.isolated',
      'RuleAdvice.warnings',
      'Score.reasons',
      'ScoreExplanation.reasons',
      'Segment.downstreamCalls',
      'Segment.profileSheet',
      'SegmentComposition.groups',
      'SegmentDiff.dependents',
      'SegmentDiff.enteringSample',
      'SegmentDiff.leavingSample',
      'SegmentDiff.syncs',
      'SegmentMigration.flows',
      'SegmentPreview.conditions',
      'SegmentPreview.overlap',
      'SegmentPreview.sample',
      'SizeChange.causes',
      'SizeHistory.points',
      'Sync.states',
      'TrackingPlan.changes',
    ]);
  });

  it('takes an idempotency key with every mutation', () => {
    const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
    expect(mutations.length).toBeGreaterThan(10);
    for (const mutation of mutations) expect(mutation.args.map((each) => each.name)).toContain('idempotencyKey');
  });
});

describe('policies', () => {
  it('are named by every resolver', () => {
    expect(handlersWithoutPolicy([...RESOLVERS])).toEqual([]);
  });

  it('are missed where there is none', () => {
    const [first] = RESOLVERS;
    class Bare extends first {}
    const handler = (): string => 'x';
    Reflect.defineMetadata('graphql:resolver_type', 'Query', handler);
    Object.defineProperty(Bare.prototype, 'open', { value: handler });
    expect(() => requirePolicies([Bare])).toThrow(/Bare\.open/);
  });
});
