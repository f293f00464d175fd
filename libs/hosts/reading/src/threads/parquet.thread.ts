import { ParquetSession, readOutline } from '@kohort/ingest-domain';
import { serveQuestions, type Answered } from '@kohort/platform-compute';
import type { ParquetQuestion } from '../parquet-question';
import { readingErrors } from '../reading-errors';

let session: ParquetSession | null = null;

async function answer(question: ParquetQuestion): Promise<Answered> {
  if (question.kind === 'open') {
    const { file, footer } = question;
    session = new ParquetSession(file, readOutline(footer, file.bytes));
  } else if (question.kind === 'end') session = null;
  else if (!session) throw readingErrors.READING_NOTHING_OPEN();
  else if (question.kind === 'column') await session.column(question.of, question.chunks);
  else {
    const block = session.block();
    // Made here with memory of their own.
    const transfer = (block?.columns ?? []).flatMap(({ lengths }) =>
      lengths.buffer instanceof ArrayBuffer ? lengths.buffer : [],
    );
    return { answer: block, transfer };
  }
  return { answer: null };
}

serveQuestions(answer);
