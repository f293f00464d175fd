import { fileErrors } from './file-errors';
import { readBytes } from './read-bytes';

/** One line of an NDJSON file, parsed, with its number from 1. */
export interface JsonLine {
  readonly line: number;
  readonly message: unknown;
}

const reasonOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

function parseLine(file: string, line: number, text: string): JsonLine {
  try {
    return { line, message: JSON.parse(text) };
  } catch (thrown) {
    throw fileErrors.FILE_BAD_JSON({ file, line, reason: reasonOf(thrown) }, { cause: thrown });
  }
}

/**
 * Reads newline-delimited JSON as a stream, gzip or not; empty lines are passed over.
 *
 * Throws  FILE_BAD_JSON with the line, FILE_NOT_UTF8, and those of readBytes
 */
export async function* readJsonLines(file: string): AsyncGenerator<JsonLine> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  let line = 0;
  let byte = 0;
  const decode = (chunk?: Buffer): string => {
    try {
      return decoder.decode(chunk, { stream: chunk !== undefined });
    } catch (thrown) {
      throw fileErrors.FILE_NOT_UTF8({ file, byte }, { cause: thrown });
    }
  };
  for await (const chunk of readBytes(file)) {
    const lines = (rest + decode(chunk)).split('\n');
    rest = lines.pop() ?? '';
    byte += chunk.length;
    for (const text of lines) {
      line += 1;
      if (text.trim() !== '') yield parseLine(file, line, text);
    }
  }
  rest += decode();
  if (rest.trim() !== '') yield parseLine(file, line + 1, rest);
}

/** The whole of a file as text, without a byte order mark. */
export async function readText(file: string): Promise<string> {
  const parts: Buffer[] = [];
  for await (const chunk of readBytes(file)) parts.push(chunk);
  return Buffer.concat(parts)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
}

/**
 * Reads one JSON document.
 *
 * Throws  FILE_BAD_JSON, and those of readBytes
 */
export async function readJson(file: string): Promise<unknown> {
  return parseJson(file, await readText(file));
}

/** Throws FILE_BAD_JSON with the line. */
export function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (thrown) {
    const position = /position (\d+)/.exec(reasonOf(thrown))?.[1];
    const line = position === undefined ? 1 : text.slice(0, Number(position)).split('\n').length;
    throw fileErrors.FILE_BAD_JSON({ file, line, reason: reasonOf(thrown) }, { cause: thrown });
  }
}
