/** The demo's readable account: numbered headings, lines, tables. Written to standard output. */
export interface Account {
  heading(text: string): void;
  line(text?: string): void;
}

const BOLD = '\u001b[1m';
const RESET = '\u001b[0m';

/** Opens an account; bold headings on a terminal, plain ones elsewhere. */
export function openAccount(stream: NodeJS.WriteStream = process.stdout): Account {
  let number = 0;
  const bold = (text: string): string => (stream.isTTY ? `${BOLD}${text}${RESET}` : text);
  return {
    heading(text) {
      number += 1;
      stream.write(`\n${bold(`${number}. ${text}`)}\n`);
    },
    line(text = '') {
      stream.write(`${text}\n`);
    },
  };
}

/** 0.1234 → "12.3 %" */
export const percent = (shareOfOne: number | null): string =>
  shareOfOne === null ? '' : `${(shareOfOne * 100).toFixed(1)} %`;

/** 12345 → "12,345" */
export const count = (n: number): string => n.toLocaleString('en-GB');
