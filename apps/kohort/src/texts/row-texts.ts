import {
  ENTITY_KINDS,
  findEnglishNames,
  findEntities,
  gazetteerOf,
  MASKED_KINDS,
  maskPersonalData,
  sentimentOf,
  type EntityKind,
  type MaskedKind,
} from '@kohort/ml-text';
import { fileErrors } from '../files/file-errors';
import { openCsvRows } from '../files/read-csv-rows';
import { openRows, runOverTexts, type TextFlags } from './text-run';

/** `text sentiment` without labels: the lexicon, row by row. */
export async function runLexicon(flags: TextFlags): Promise<void> {
  await runOverTexts('sentiment', { flags }, async ({ rows }) => {
    const sink = openRows(flags, ['id', 'score', 'sentiment']);
    const counts = { positive: 0, neutral: 0, negative: 0 };
    let [count, total] = [0, 0];
    for await (const { id, text } of rows) {
      const { score, label } = sentimentOf(text);
      counts[label] += 1;
      count += 1;
      total += score;
      sink?.push([id, score, label]);
    }
    sink?.close();
    const metrics = { ...counts, meanScore: total / count };
    return { rows: count, seed: null, params: { method: 'lexicon', language: 'en' }, metrics, warnings: [] };
  });
}

/** What `text entities` is told beside the file. */
export interface EntityFlags extends TextFlags {
  readonly known?: string;
  readonly country?: string;
  readonly names: boolean;
}

const isKind = (text: string): text is EntityKind => ENTITY_KINDS.some((kind) => kind === text);

async function readKnown(file: string) {
  const known: { text: string; kind: EntityKind }[] = [];
  let line = 1;
  for await (const [text = '', kind = ''] of (await openCsvRows(file)).rows) {
    line += 1;
    if (!isKind(kind)) {
      const reason = `"${kind}" is no kind of entity; there are ${ENTITY_KINDS.join(', ')}`;
      throw fileErrors.FILE_BAD_CSV({ line, reason });
    }
    known.push({ text, kind });
  }
  return gazetteerOf(known);
}

/** `text entities`: one line a find. */
export async function runEntities(flags: EntityFlags): Promise<void> {
  const gazetteer = flags.known === undefined ? undefined : await readKnown(flags.known);
  const { names, country } = flags;
  await runOverTexts('entities', { flags }, async ({ rows }) => {
    const sink = openRows(flags, ['id', 'kind', 'text', 'start', 'end']);
    const metrics: Record<string, number> = {};
    let count = 0;
    for await (const row of rows) {
      count += 1;
      for (const { kind, text, start, end } of findEntities(row.text, { gazetteer, names, country })) {
        metrics[kind] = (metrics[kind] ?? 0) + 1;
        sink?.push([row.id, kind, text, start, end]);
      }
    }
    sink?.close();
    const params = { known: gazetteer?.names.size ?? 0, names, country: country ?? null, language: 'en' };
    return { rows: count, seed: null, params, metrics, warnings: [] };
  });
}

/** What `text mask` is told beside the file. */
export interface MaskFlags extends TextFlags {
  readonly kinds: readonly MaskedKind[];
  readonly country?: string;
  /** People too, as far as English word lists know them. */
  readonly people?: boolean;
}

/** `text mask`: the file again, with personal data of the text column replaced. */
export async function runMask(flags: MaskFlags): Promise<void> {
  const { kinds, country } = flags;
  const people = flags.people ? findEnglishNames : undefined;
  await runOverTexts('mask', { flags }, async ({ header, rows }) => {
    const sink = openRows(flags, header);
    const at = header.indexOf(flags.text);
    const metrics = { email: 0, phone: 0, card: 0, iban: 0, ip: 0, person: 0, texts: 0 };
    let count = 0;
    for await (const { cells, text } of rows) {
      count += 1;
      const { text: left, masked } = maskPersonalData(text, { kinds, country, people });
      for (const kind of [...MASKED_KINDS, 'person'] as const) metrics[kind] += masked[kind];
      if (left !== text) metrics.texts += 1;
      sink?.push(cells.map((cell, column) => (column === at ? left : cell)));
    }
    sink?.close();
    return {
      rows: count,
      seed: null,
      params: { kinds, country: country ?? null, people: flags.people ?? false },
      metrics,
      warnings: [],
    };
  });
}
