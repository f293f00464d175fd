import { SingleBar } from 'cli-progress';
import type { Progress } from '@kohort/kernel-contracts';

/** Shows the progress of one long step; on anything but a terminal, a line a phase. */
export interface ProgressView {
  update(progress: Progress): void;
  end(): void;
}

const seconds = (ms: number): string => (ms < 1000 ? '<1 s' : `${Math.round(ms / 1000)} s`);

function onTerminal(label: string, stream: NodeJS.WriteStream): ProgressView {
  const bar = new SingleBar({
    stream,
    format: `  ${label.padEnd(22)} {bar} {percentage}%  {phase} {rate}`,
    barsize: 28,
    hideCursor: true,
    clearOnComplete: true,
    fps: 8,
  });
  let started = false;
  return {
    update(progress) {
      const total = progress.total ?? Math.max(progress.done, 1);
      const rate = progress.etaMs ? `· ${seconds(progress.etaMs)} left` : '';
      const payload = { phase: progress.phase, rate };
      if (!started) bar.start(total, progress.done, payload);
      else {
        bar.setTotal(total);
        bar.update(progress.done, payload);
      }
      started = true;
    },
    end() {
      if (started) bar.stop();
    },
  };
}

function onLines(label: string, stream: NodeJS.WriteStream): ProgressView {
  let phase = '';
  return {
    update(progress) {
      if (progress.phase === phase) return;
      phase = progress.phase;
      stream.write(`  ${label}: ${phase}\n`);
    },
    end: () => undefined,
  };
}

/** A bar on a terminal, plain lines elsewhere. Writes to standard error, so that output stays clean. */
export function progressView(label: string, stream: NodeJS.WriteStream = process.stderr): ProgressView {
  return stream.isTTY ? onTerminal(label, stream) : onLines(label, stream);
}
