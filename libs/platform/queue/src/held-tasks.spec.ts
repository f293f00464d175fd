import { DummyDriver, Kysely, PostgresAdapter, PostgresIntrospector, PostgresQueryCompiler } from 'kysely';
import { workspaceIdSchema } from '@kohort/kernel-contracts';
import { silentLogger } from '@kohort/kernel-telemetry';
import type { ClaimedTask, Database } from '@kohort/platform-postgres';
import { holdTasks } from './held-tasks';

const relay: Database['relay'] = new Kysely({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new DummyDriver(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
});

const task = (n: number): ClaimedTask => ({
  workspaceId: workspaceIdSchema.parse('00000000-0000-4000-8000-000000000001'),
  taskId: `00000000-0000-4000-8000-00000000000${n}`,
  job: 'identity.resolve',
  entity: `e${n}`,
  payload: {},
  starts: 1,
  loneStarts: 0,
  failures: 0,
});

describe('holdTasks', () => {
  function held() {
    const said: string[] = [];
    const beside = { begin: () => void said.push('begin'), rest: () => void said.push('rest') };
    return { tasks: holdTasks({ relay }, silentLogger, beside), said };
  }

  it('has what goes on beside the work begin with the first task and rest behind the last', () => {
    const { tasks, said } = held();
    const [first, second, third] = [[task(1)], [task(2), task(3)], [task(4)]];
    tasks.hold(first);
    tasks.hold(second);
    tasks.letGo(first);
    expect(said).toEqual(['begin']);
    tasks.letGo(second);
    expect(said).toEqual(['begin', 'rest']);
    tasks.hold(third);
    tasks.letGo(third);
    expect(said).toEqual(['begin', 'rest', 'begin', 'rest']);
  });

  it('begins nothing anew for what is claimed behind its end', () => {
    const { tasks, said } = held();
    tasks.hold([task(1)]);
    tasks.stop();
    tasks.hold([task(2)]);
    expect(said).toEqual(['begin', 'rest']);
  });
});
