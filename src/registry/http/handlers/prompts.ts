/** Prompts and their versions over HTTP. */
import { MEDIA } from '../../../contract/headers.ts';
import { pathOf, ROUTES } from '../../../contract/routes.ts';
import { setArchived } from '../../prompts/archive.ts';
import { diffParts, inputChanges, readCompared } from '../../prompts/compare.ts';
import { listVersions, readVersions } from '../../prompts/history.ts';
import { listPrompts, promptSummary } from '../../prompts/list.ts';
import { prepareSource } from '../../prompts/prepare-source.ts';
import { publish } from '../../prompts/publish.ts';
import { readVersion } from '../../prompts/version-rows.ts';
import { negotiate } from '../accept.ts';
import { COMMON_HEADERS, jsonAnswer } from '../answer.ts';
import type { Handler } from '../call.ts';
import { numberCursor, pageOf, textCursor } from '../cursor.ts';
import { doneOnce } from '../idempotency.ts';

export const handleListPrompts: Handler<'listPrompts'> = async ({ store, query }) => {
  const { prefix = '', archived, cursor, limit } = query;
  const after = cursor === undefined ? '' : textCursor('prompts', cursor);
  const prompts = await store.read(snapshot =>
    listPrompts(snapshot, { prefix, archived: archived === 'true', after, limit: limit + 1 }),
  );
  return jsonAnswer(
    200,
    pageOf('prompts', prompts, limit, ({ name }) => name),
  );
};

export const handleGetPrompt: Handler<'getPrompt'> = async ({ store, parameters }) =>
  jsonAnswer(200, await store.read(snapshot => promptSummary(snapshot, parameters.name)));

export const handlePublish: Handler<'publish'> = async call => {
  const { store, caller, body } = call;
  const { name } = call.parameters;
  const prepared = await prepareSource(name, body.source);
  const done = await doneOnce(call, async transaction => {
    const { version, created } = await publish(transaction, store.now, caller, name, prepared, body);
    return { status: created ? 201 : 200, body: version };
  });
  const { version } = done.body as { version: number };
  return jsonAnswer(done.status, done.body, { Location: pathOf(ROUTES.getVersion, { name, n: version }) });
};

export const handleListVersions: Handler<'listVersions'> = async ({ store, parameters, query }) => {
  const { cursor, limit } = query;
  const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : numberCursor('versions', cursor);
  const versions = await store.read(snapshot => listVersions(snapshot, parameters.name, before, limit + 1));
  return jsonAnswer(
    200,
    pageOf('versions', versions, limit, ({ version }) => version),
  );
};

export const handleGetVersion: Handler<'getVersion'> = async ({ store, parameters }) =>
  jsonAnswer(200, await store.read(snapshot => readVersion(snapshot, parameters.name, parameters.n)));

export const handleDiff: Handler<'diff'> = async ({ store, contents, parameters, query, request }) => {
  const type = negotiate(request.header('accept'), ['text/x-diff', 'application/json']);
  const { name } = parameters;
  const { from, to } = await store.read(snapshot => readCompared(snapshot, contents, name, query));
  const parts = diffParts(name, from, to);
  const diff = parts.map(part => part.diff).join('');
  if (type === 'text/x-diff')
    return {
      status: 200,
      headers: {
        ...COMMON_HEADERS,
        'Content-Type': MEDIA.diff,
        'Cache-Control': 'no-store',
        Vary: 'Authorization, Accept',
      },
      body: diff,
    };
  const { source: _from, ...fromSummary } = from.version;
  const { source: _to, ...toSummary } = to.version;
  const inputs = inputChanges(from, to);
  const body = { prompt: name, from: fromSummary, to: toSummary, diff, parts, inputs };
  return jsonAnswer(200, body, { Vary: 'Authorization, Accept' });
};

export const handleArchive: Handler<'archive'> = call => answerArchived(call, true);
export const handleRestore: Handler<'restore'> = call => answerArchived(call, false);

async function answerArchived(
  { store, write, caller, parameters, body }: Parameters<Handler<'archive'>>[0],
  archived: boolean,
) {
  const summary = await write(async transaction => {
    await setArchived(transaction, store.now, caller, parameters.name, archived, body.reason);
    return promptSummary(transaction, parameters.name);
  });
  return jsonAnswer(200, summary);
}

export const handleBatch: Handler<'batch'> = async ({ store, body }) =>
  jsonAnswer(200, await store.read(snapshot => readVersions(snapshot, body.refs)));
