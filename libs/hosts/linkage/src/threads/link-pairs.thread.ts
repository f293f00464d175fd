import { runPairShard, type PairTask, type ShardResult } from '@kohort/identity-linkage';
import { serveThread } from '@kohort/platform-compute';
import { CONTROL } from '../link-control';

interface LinkPairsInput {
  readonly task: PairTask;
  readonly control: SharedArrayBuffer;
}

serveThread(async ({ task, control }: LinkPairsInput): Promise<ShardResult> => {
  const words = new Int32Array(control);
  return runPairShard(task, {
    claim: () => Atomics.add(words, CONTROL.next, 1),
    isCancelled: () => Atomics.load(words, CONTROL.cancel) !== 0,
  });
});
