/** Searching versions over HTTP. */
import { readPrompt } from '../../prompts/version-rows.ts';
import { searchVersions } from '../../search/search.ts';
import { makeCursor, numberCursor } from '../cursor.ts';
import { jsonTextAnswer } from '../http-response.ts';
import type { Handler } from '../route-context.ts';

export const handleSearch: Handler<'search'> = async call => {
  const { store, drafts, caller, query, work, asker, searchIndex, request } = call;
  const { text, prompt, limit, cursor } = query;
  const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : numberCursor('search', cursor);
  if (prompt !== undefined) await store.read(snapshot => readPrompt(snapshot, prompt));
  const signal = request.gone();
  await searchIndex.complete(signal);
  const mayRead = await drafts.reader(caller);
  const found = await searchVersions(
    { store, work, asker, mayRead, signal },
    { text, prompt, matchCase: query.matchCase === 'true', before, limit },
  );
  const nextCursor = found.next === undefined ? null : makeCursor('search', found.next);
  return jsonTextAnswer(200, await work.json({ data: found.hits, nextCursor }, asker()));
};
