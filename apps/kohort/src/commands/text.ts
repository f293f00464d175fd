import { Command, InvalidArgumentError, Option } from 'commander';
import { MASKED_KINDS, type MaskedKind } from '@kohort/ml-text';
import type { MentionFlags } from '../texts/mention-texts';
import type { EntityFlags, MaskFlags } from '../texts/row-texts';
import type { TextFlags } from '../texts/text-run';
import type { EmbedFlags, KeywordFlags, TopicFlags } from '../texts/whole-texts';
import { nameList, wholeNumber } from './options';

function positive(text: string): number {
  const value = wholeNumber(text);
  if (value < 1) throw new InvalidArgumentError('it must be at least 1');
  return value;
}

function maskedKinds(text: string): MaskedKind[] {
  return nameList(text).map((name) => {
    const kind = MASKED_KINDS.find((one) => one === name);
    if (kind === undefined) throw new InvalidArgumentError(`it must be a list of ${MASKED_KINDS.join(', ')}`);
    return kind;
  });
}

// The models of English take a third of a second to load: only these commands wait for them.
const overRows = () => import('../texts/row-texts.js');
const overAll = () => import('../texts/whole-texts.js');

const overPeople = (name: string, description: string): Command =>
  new Command(name)
    .description(description)
    .requiredOption('--csv <file>', 'CSV with a header line (gzip allowed)')
    .requiredOption('--text <column>', 'column that holds the text')
    .option('--out <file>', 'CSV to write; standard output when absent and --json is not given')
    .option('--json', 'print one JSON object about the run');

const overTexts = (name: string, description: string): Command =>
  overPeople(name, description).option('--id <column>', 'column that names the row; row numbers when absent');

const language = (): Option =>
  new Option('--language <name>', 'en: basic forms without stop words; any: words as they stand')
    .choices(['en', 'any'])
    .default('en');

function sentimentCommand(): Command {
  return overTexts(
    'sentiment',
    'how each text feels: by lexicon (English), or learnt from a column of labels (any language)',
  )
    .option('--label <column>', 'labels to learn from; each row is predicted by a fit that did not see it')
    .option('--seed <number>', 'seed of the parts that are held out', wholeNumber, 1)
    .action(async (flags: TextFlags & { label?: string; seed: number }) => {
      const { label } = flags;
      if (label === undefined) await (await overRows()).runLexicon(flags);
      else await (await overAll()).runLabelled({ ...flags, label });
    });
}

function topicsCommand(): Command {
  return overTexts('topics', 'what texts are about, with the coherence of each topic')
    .option('--k <number>', 'number of topics', positive, 10)
    .addOption(new Option('--method <name>', 'LDA on counts or NMF on TF-IDF').choices(['lda', 'nmf']).default('lda'))
    .option('--terms <number>', 'terms that stand for a topic', positive, 10)
    .option('--least <number>', 'texts that a term stands in at least', positive, 5)
    .addOption(language())
    .option('--seed <number>', 'seed of the topics', wholeNumber, 1)
    .action(async (flags: TopicFlags) => (await overAll()).runTopics(flags));
}

function keywordsCommand(): Command {
  return overTexts('keywords', 'the terms that tell each text, or each class of texts, from the others')
    .option('--by <column>', 'class of each text: a cluster, a segment, a rating; each text for itself when absent')
    .option('--most <number>', 'terms of each', positive, 5)
    .option('--words <number>', 'words of a term at most', positive, 1)
    .option('--least <number>', 'texts that a term stands in at least', positive, 2)
    .addOption(language())
    .action(async (flags: KeywordFlags) => (await overAll()).runKeywords(flags));
}

function entitiesCommand(): Command {
  return overTexts('entities', 'people, places, organisations, addresses, numbers and dates that texts name (English)')
    .option('--known <file>', 'CSV of names of your own: text,kind')
    .option('--country <code>', 'country of national telephone numbers, such as DE')
    .option('--no-names', 'leave out people, places and organisations: fifty times faster')
    .action(async (flags: EntityFlags) => (await overRows()).runEntities(flags));
}

function embedCommand(): Command {
  return overTexts('embed', 'each text as a point: texts alike lie near each other')
    .addOption(
      new Option('--method <name>', 'sentence: English, by meaning; hashed: any language, by words')
        .choices(['sentence', 'hashed'])
        .default('sentence'),
    )
    .option('--dimensions <number>', 'numbers of a point, for hashed', positive, 64)
    .option('--seed <number>', 'seed of hashed', wholeNumber, 1)
    .action(async (flags: EmbedFlags) => (await overAll()).runEmbed(flags));
}

function mentionsCommand(): Command {
  return overPeople('mentions', 'what the texts of each person say of subjects of yours, as traits (English)')
    .requiredOption('--id <column>', 'column that names the person')
    .requiredOption('--subjects <file>', 'CSV of subject,word: delivery,parcel')
    .action(async (flags: MentionFlags) => (await import('../texts/mention-texts.js')).runMentions(flags));
}

function maskCommand(): Command {
  return overTexts('mask', 'the file again, with personal data in the text column replaced')
    .option('--kinds <names>', `what is replaced: ${MASKED_KINDS.join(',')}`, maskedKinds, [...MASKED_KINDS])
    .option('--country <code>', 'country of national telephone numbers, such as DE')
    .option('--people', 'people too, as far as English word lists know their names')
    .action(async (flags: MaskFlags) => (await overRows()).runMask(flags));
}

/** `kohort text`: texts of a file as features, with no server. */
export function textCommand(): Command {
  const commands = [
    sentimentCommand(),
    topicsCommand(),
    keywordsCommand(),
    entitiesCommand(),
    embedCommand(),
    mentionsCommand(),
    maskCommand(),
  ];
  const root = new Command('text').description('texts of a CSV file as features').addHelpText(
    'after',
    `
Examples:
  kohort text sentiment --csv reviews.csv --text review --out sentiment.csv
  kohort text topics --csv reviews.csv --text review --k 8 --out topics.csv
  kohort text entities --csv reviews.csv --text review --known products.csv --out entities.csv
  kohort text embed --csv reviews.csv --text review --out points.csv`,
  );
  for (const command of commands) root.addCommand(command);
  return root;
}
