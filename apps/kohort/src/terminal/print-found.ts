/** Prints what a command found: one JSON object, or text. */
export function printFound(command: string, found: unknown, as: { readonly json?: boolean; readonly text: string }) {
  process.stdout.write(as.json ? `${JSON.stringify({ command, result: found })}\n` : `${as.text}\n`);
}
