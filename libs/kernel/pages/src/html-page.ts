import { escapeHtml } from './escape-html';

/** What a page is made of. `body` and `style` are markup: whoever makes them escapes what is not theirs. */
export interface PageParts {
  readonly title: string;
  /** Added to the style that all pages share. */
  readonly style: string;
  readonly body: string;
  /** Of the text column; default 1080. */
  readonly widthPx?: number;
}

const SHARED = `:root{color-scheme:light dark}h1{font-size:1.5rem}svg{width:100%;height:auto}.n{text-align:right}.quiet{opacity:.7;font-size:.85rem}`;

/** One self-contained page under its title: no script, nothing loaded from elsewhere. */
export function htmlPage({ title, style, body, widthPx = 1080 }: PageParts): string {
  const column = `body{font:15px/1.45 system-ui,sans-serif;max-width:${widthPx}px;margin:2rem auto;padding:0 1rem}`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title><style>${SHARED}${column}
${style}</style></head><body>
<h1>${escapeHtml(title)}</h1>
${body}
</body></html>
`;
}
