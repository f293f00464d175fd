import { Worker } from 'node:worker_threads';
import type { JobControl } from '@kohort/kernel-contracts';
import {
  treeMargins,
  type EngineAvailability,
  type GbdtEngine,
  type GbdtRequest,
  type TreeEnsemble,
} from '@kohort/ml-propensity';
import { z } from 'zod';
import { xgboostErrors } from './xgboost-errors';
import { parseXgboostModel } from './xgboost-model';
import { XGBOOST_THREAD_SOURCE } from './xgboost-thread-source';
import { checkXgboostRequest, xgboostSettings } from './xgboost.params';

const ENGINE_NAME = 'ml-xgboost 1.1.2';
/** Rows whose prediction by the engine is held against the trees read from its model. */
const SAMPLE_ROWS = 64;
/** Float32 sums of some hundred leaves against double ones. */
const SAMPLE_TOLERANCE = 1e-5;

/** By tag, not by instanceof: what arrives from a thread may belong to another realm than this module's globals. */
const tagged = (tag: string) => (value: unknown) => Object.prototype.toString.call(value) === `[object ${tag}]`;

const reportSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('loaded') }),
  z.object({ type: z.literal('progress'), done: z.number() }),
  z.object({ type: z.literal('failed'), doing: z.string(), reason: z.string() }),
  z.object({
    type: z.literal('grown'),
    content: z.custom<Uint8Array>(tagged('Uint8Array')),
    sample: z.custom<Float32Array>(tagged('Float32Array')),
    heapBytes: z.number(),
  }),
]);
type Report = z.infer<typeof reportSchema>;
type Grown = Extract<Report, { type: 'grown' }>;

interface ThreadJob {
  readonly rows: number;
  readonly cols: number;
  readonly bins: Int16Array;
  readonly labels: Uint8Array;
  readonly settings: readonly [string, string][];
  readonly iterations: number;
  readonly sampleRows: number;
}

/**
 * XGBoost 0.7 compiled to WebAssembly, behind the port of boosting engines.
 *
 * Each call gets a thread of its own that ends with it: the engine prints, adds an uncaughtException listener, never
 * gives memory back, and an instance that once threw must not be used again. Ending the thread answers all four.
 *
 * Cost    about 0.15 s to start; then 0.25 µs per present cell and tree; some 27 bytes a cell while it runs
 */
export function xgboostEngine(): GbdtEngine {
  return { available: findXgboost, train: growTrees };
}

async function findXgboost(): Promise<EngineAvailability> {
  try {
    await runThread(null, {});
    return { available: true, engine: ENGINE_NAME };
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    return { available: false, engine: ENGINE_NAME, reason };
  }
}

async function growTrees(request: GbdtRequest, control: JobControl = {}): Promise<TreeEnsemble> {
  checkXgboostRequest(request);
  const { rows, cols, bins } = request.rows;
  const sampleRows = Math.min(rows, SAMPLE_ROWS);
  const { iterations } = request.params;
  const job = { rows, cols, bins, labels: request.labels, settings: xgboostSettings(request), iterations, sampleRows };
  const { content, sample } = await runThread(job, control);
  const ensemble = unshifted(parseXgboostModel(content));
  const margins = treeMargins(ensemble, { rows: sampleRows, cols, bins: bins.subarray(0, sampleRows * cols) });
  margins.forEach((margin, row) => {
    const p = 1 / (1 + Math.exp(-margin));
    if (!(Math.abs(p - (sample[row] as number)) <= SAMPLE_TOLERANCE)) {
      throw xgboostErrors.XGBOOST_MODEL_UNREADABLE({ reason: `its trees predict ${p}, the engine ${sample[row]}` });
    }
  });
  return ensemble;
}

/** The thread hands bins over one higher than they are; thresholds come back as much too high. */
function unshifted(ensemble: TreeEnsemble): TreeEnsemble {
  const trees = ensemble.trees.map((tree) => ({
    ...tree,
    threshold: tree.threshold.map((threshold, node) => ((tree.feature[node] as number) < 0 ? 0 : threshold - 1)),
  }));
  return { ...ensemble, trees };
}

function enginePath(): string {
  try {
    return require.resolve('ml-xgboost/dist/wasm/xgboost');
  } catch (cause) {
    throw xgboostErrors.XGBOOST_NOT_AVAILABLE({ reason: 'the package is not installed' }, { cause });
  }
}

const NOTHING_GROWN: Grown = { type: 'grown', content: new Uint8Array(), sample: new Float32Array(), heapBytes: 0 };

/** Runs one thread to its one result and ends it, whatever happens. A null job only loads the engine. */
function runThread(job: ThreadJob | null, { signal, onProgress }: JobControl): Promise<Grown> {
  if (signal?.aborted) return Promise.reject(xgboostErrors.XGBOOST_CANCELLED());
  return new Promise<Grown>((resolve, reject) => {
    const workerData = { enginePath: enginePath(), job };
    // Captured streams keep the engine's chatter out of ours; no flags of this process reach the plain script.
    const worker = new Worker(XGBOOST_THREAD_SOURCE, {
      eval: true,
      stdout: true,
      stderr: true,
      execArgv: [],
      workerData,
    });
    worker.stdout.resume();
    worker.stderr.resume();
    const finish = (settle: () => void): void => {
      signal?.removeEventListener('abort', onAbort);
      worker.removeAllListeners();
      // Errors of a thread that is being ended are no news.
      worker.on('error', () => undefined);
      worker.terminate().then(settle, settle);
    };
    const fail = (doing: string, reason: string, cause?: unknown): void =>
      finish(() => reject(xgboostErrors.XGBOOST_ENGINE_FAILED({ doing, reason }, { cause })));
    const onAbort = (): void => finish(() => reject(xgboostErrors.XGBOOST_CANCELLED()));
    signal?.addEventListener('abort', onAbort, { once: true });
    worker.on('error', (cause) => fail('running', cause instanceof Error ? cause.message : String(cause), cause));
    worker.on('exit', (code) => fail('running', `its thread ended with code ${code}`));
    worker.on('message', (message: unknown) => {
      const parsed = reportSchema.safeParse(message);
      if (!parsed.success) return fail('reporting', z.prettifyError(parsed.error));
      const report = parsed.data;
      if (report.type === 'progress') {
        onProgress?.({ phase: 'growing trees', done: report.done, total: job?.iterations ?? null });
      } else if (report.type === 'failed') {
        fail(report.doing, report.reason);
      } else finish(() => resolve(report.type === 'grown' ? report : NOTHING_GROWN));
    });
  });
}
