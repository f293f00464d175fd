import { mentionTraits, summariseMentions, type Subject } from '@kohort/ml-text';
import { fileErrors } from '../files/file-errors';
import { openCsvRows } from '../files/read-csv-rows';
import { runOverTexts, writeRows, type TextFlags } from './text-run';

/** What `text mentions` is told beside the file. */
export interface MentionFlags extends TextFlags {
  readonly id: string;
  readonly subjects: string;
}

/** Subjects of a CSV file `subject,word`, one word or phrase a line. */
async function readSubjects(file: string): Promise<Subject[]> {
  const words = new Map<string, string[]>();
  let line = 1;
  for await (const [key = '', word = ''] of (await openCsvRows(file)).rows) {
    line += 1;
    if (!/^[a-z][a-z0-9_]{0,39}$/.test(key) || word.trim() === '') {
      const reason =
        'a subject is a lower-case word (digits and _ too), followed by a word or phrase that speaks of it';
      throw fileErrors.FILE_BAD_CSV({ line, reason });
    }
    words.set(key, [...(words.get(key) ?? []), word]);
  }
  if (words.size === 0) throw fileErrors.FILE_EMPTY({ file });
  return [...words].map(([key, list]) => ({ key, words: list }));
}

/** `text mentions`: one line a person, what their texts say of each subject. */
export async function runMentions(flags: MentionFlags): Promise<void> {
  const subjects = await readSubjects(flags.subjects);
  await runOverTexts('mentions', { flags }, async ({ rows }, onProgress) => {
    const texts = new Map<string, string[]>();
    let count = 0;
    for await (const { id, text } of rows) {
      count += 1;
      const own = texts.get(id);
      if (own) own.push(text);
      else texts.set(id, [text]);
    }
    const metrics: Record<string, number> = Object.fromEntries(subjects.map(({ key }) => [key, 0]));
    const lines: (string | number)[][] = [];
    for (const [id, own] of texts) {
      const mentions = summariseMentions(own, subjects);
      for (const [key, { texts: found }] of mentions) metrics[key] = (metrics[key] ?? 0) + Math.min(1, found);
      lines.push([id, ...Object.values(mentionTraits(mentions)).map((value) => value ?? '')]);
      onProgress({ phase: 'reading what people say', done: lines.length, total: texts.size });
    }
    const header = Object.keys(mentionTraits(summariseMentions([], subjects)));
    writeRows(flags, ['id', ...header], lines);
    return {
      rows: count,
      seed: null,
      params: { subjects: subjects.length },
      metrics: { people: texts.size, ...metrics },
      warnings: [],
    };
  });
}
