/** Rows of cells as aligned text: numbers to the right, words to the left. */
export function textTable(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  indent = '  ',
): string {
  const widths = header.map((name, i) => Math.max(name.length, ...rows.map((row) => String(row[i] ?? '').length)));
  const numeric = header.map((_, i) => rows.every((row) => /^[-+£€$]?[\d.,]+\s?%?×?$|^$/.test(String(row[i] ?? ''))));
  const line = (cells: readonly (string | number)[]): string =>
    indent +
    cells
      .map((cell, i) => (numeric[i] ? String(cell).padStart(widths[i] ?? 0) : String(cell).padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(header), line(widths.map((width) => '─'.repeat(width))), ...rows.map(line)].join('\n');
}
