import { Argument, Command } from 'commander';
import { z } from 'zod';
import { segmentFileForEditors } from '@kohort/segments-domain';
import { modelFileSchema } from '../definitions/model-file';
import { traitFileSchema } from '../definitions/trait-file';
import { writeText } from '../files/write-output';

const FILES: Readonly<Record<string, z.ZodType>> = { trait: traitFileSchema, model: modelFileSchema };

/** `kohort schema`: the shape of a file, for editors. */
export function schemaCommand(): Command {
  return new Command('schema')
    .description('print the JSON Schema of a kind of file, for editors')
    .addArgument(new Argument('<kind>', 'kind of file').choices(['segment', 'trait', 'model']))
    .option('--out <file>', 'standard output when absent')
    .action((kind: string, flags: { readonly out?: string }) => {
      const schema = z.toJSONSchema(FILES[kind] ?? segmentFileForEditors, { io: 'input' });
      writeText(flags.out, `${JSON.stringify(schema, null, 2)}\n`);
    });
}
