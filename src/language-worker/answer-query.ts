/** Answers one query as soon as the files that it depends on are read. */
import { loadPatterns } from '../core/schema/patterns.ts';
import { mayHavePatterns } from '../language/diagnostics/schema-patterns.ts';
import { answer, NEEDS_NO_FILES } from './answers.ts';
import type { Queries, QueryMethod } from './queries.ts';
import type { Texts } from './texts.ts';

/** As `answer`, with the files that nobody told of read as well. @throws as `answer` */
export async function answerQuery<Method extends QueryMethod>(
  method: Method,
  uri: string,
  params: Queries[Method]['params'],
  texts: Texts,
): Promise<Queries[Method]['answer'] | undefined> {
  if (!NEEDS_NO_FILES.has(method)) {
    await texts.whenRead;
    await texts.findUnknown(uri);
  }
  const mayNeedPatterns = method === 'diagnose' && mayHavePatterns(texts.openAt(uri)?.text ?? '');
  return answer(method, uri, params, texts, mayNeedPatterns ? await loadPatterns() : undefined);
}
