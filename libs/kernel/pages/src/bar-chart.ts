import { escapeHtml } from './escape-html';

const WIDTH = 320;
const HEIGHT = 96;

/** One bar; `note` is said when it is pointed at. */
export interface Bar {
  readonly height: number;
  readonly note: string;
  /** A level drawn over the bar, in the same unit: what it is compared with. */
  readonly level?: number;
}

/** A bar chart from 0 up. */
export function barChart(bars: readonly Bar[], label: string): string {
  const most = Math.max(...bars.flatMap(({ height, level = 0 }) => [height, level]), Number.MIN_VALUE);
  const width = WIDTH / Math.max(bars.length, 1);
  const shapes = bars.map(({ height: value, note, level }, i) => {
    const height = Math.max(value > 0 ? 1 : 0, (value / most) * HEIGHT);
    const box = `x="${(i * width).toFixed(2)}" y="${(HEIGHT - height).toFixed(2)}" width="${Math.max(width - 1, 0.5).toFixed(2)}" height="${height.toFixed(2)}"`;
    const bar = `<rect ${box}><title>${escapeHtml(note)}</title></rect>`;
    if (level === undefined) return bar;
    const y = (HEIGHT - (level / most) * HEIGHT).toFixed(2);
    return `${bar}<path d="M${(i * width).toFixed(2)} ${y}h${Math.max(width - 1, 0.5).toFixed(2)}"/>`;
  });
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(label)}">${shapes.join('')}</svg>`;
}
