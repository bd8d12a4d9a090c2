/** Prompts and their versions over HTTP. */
import type * as z from 'zod';
import { MEDIA } from '../../../contract/headers.ts';
import type { publishResponse, Version } from '../../../contract/prompts.ts';
import { pathOf, ROUTES } from '../../../contract/routes.ts';
import { setArchived } from '../../prompts/archive.ts';
import { batchJson, planBatch } from '../../prompts/batch.ts';
import { type FoundVersion, readCompared } from '../../prompts/compare.ts';
import type { ComparedVersion } from '../../prompts/diff.ts';
import { listVersions } from '../../prompts/history.ts';
import { versionJson } from '../../prompts/json-pieces.ts';
import { linkedToNewest } from '../../prompts/link-newest.ts';
import { listPrompts, promptSummary } from '../../prompts/list.ts';
import { checkMayPublishThis } from '../../prompts/may-publish.ts';
import { type Published, publish, publishAhead, tryPublish, withPartials } from '../../prompts/publish.ts';
import { readVersion } from '../../prompts/version-rows.ts';
import { negotiate } from '../accept.ts';
import { numberCursor, pageOf, textCursor } from '../cursor.ts';
import { COMMON_HEADERS, jsonAnswer, jsonTextAnswer } from '../http-response.ts';
import { type Done, doneOnce } from '../idempotency.ts';
import type { Handler } from '../route-context.ts';

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

/**
 * The length above which parsing a source takes longer than checking whether it may be published, in UTF-16 code units.
 */
const LONG_SOURCE = 4 * 1024;
/** The length of a source above which an answer is streamed, in UTF-16 code units. */
const IN_PIECES = 128 * 1024;

export const handlePublish: Handler<'publish'> = async call => {
  const { store, caller, body, query, work, asker } = call;
  const { name } = call.parameters;
  const { source } = body;
  if (source.length > LONG_SOURCE)
    await store.read(snapshot => checkMayPublishThis(snapshot, caller.environment, name, body));
  const prepared = await work.prepareSource({ name, source }, asker());
  const link = () => linkedToNewest(store, { name, source }, request => work.linkNewest(request, asker()));
  if (query.dryRun === 'true') {
    const { version, created } = await withPartials(link, prepared, ready =>
      store.read(snapshot => tryPublish(snapshot, store.now, caller, name, ready, body)),
    );
    // Writes are checked at the commit; this is a read.
    await call.reauthenticate();
    const answer: z.infer<typeof publishResponse> = { ...version, wouldCreate: created };
    return jsonTextAnswer(200, await work.json(answer, asker()));
  }
  const done = await withPartials(link, prepared, ready =>
    doneOnce(
      call,
      async (transaction, keeping) =>
        answerTo(
          await publish(transaction, store.now, caller, name, ready, body, published =>
            keeping(answerTo(published)),
          ),
        ),
      publishAhead(name),
    ),
  );
  const answer = { ...(done.body as Omit<Version, 'source'>), source };
  const { version } = answer;
  const location = { Location: pathOf(ROUTES.getVersion, { name, n: version }) };
  // The version is published, so a full queue must not make the request fail.
  const json = await work.json(answer, asker()).catch(() => JSON.stringify(answer));
  return jsonTextAnswer(done.status, json, location);
};

/** Without the source, which need not be stored again with the answer. */
function answerTo({ version: { source: _, ...summary }, created }: Published): Done {
  return { status: created ? 201 : 200, body: summary };
}

export const handleListVersions: Handler<'listVersions'> = async ({ store, parameters, query }) => {
  const { cursor, limit } = query;
  const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : numberCursor('versions', cursor);
  const versions = await store.read(snapshot => listVersions(snapshot, parameters.name, before, limit + 1));
  return jsonAnswer(
    200,
    pageOf('versions', versions, limit, ({ version }) => version),
  );
};

export const handleGetVersion: Handler<'getVersion'> = async call => {
  const { store, drafts, caller, parameters, work, asker, streams, ended } = call;
  const { name, n } = parameters;
  const version = await store.read(snapshot => readVersion(snapshot, name, n));
  await drafts.check(caller, version.prompt, version.version);
  if (version.source.length <= IN_PIECES) return jsonTextAnswer(200, await work.json(version, asker()));
  return jsonTextAnswer(200, await streams.open(caller.key, ended(), () => versionJson(store, name, n)));
};

export const handleDiff: Handler<'diff'> = async call => {
  const { store, contents, drafts, caller, parameters, query, request, work, asker } = call;
  const type = negotiate(request.header('accept'), ['text/x-diff', 'application/json']);
  const { name } = parameters;
  const { from, to } = await store.read(snapshot => readCompared(snapshot, contents, name, query));
  for (const { version } of [from, to]) await drafts.check(caller, version.prompt, version.version);
  const compared = async ({ version, prepare }: FoundVersion): Promise<ComparedVersion> => ({
    version,
    content: await prepare(caller.key),
  });
  const sides = { from: await compared(from), to: await compared(to) };
  const body = await work.diff({ name, ...sides, type }, asker());
  const vary = { Vary: 'Authorization, Accept' };
  if (type === 'application/json') return jsonTextAnswer(200, body, vary);
  const headers = { 'Content-Type': MEDIA.diff, 'Cache-Control': 'no-store', ...vary };
  return { status: 200, headers: { ...COMMON_HEADERS, ...headers }, body };
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

/** Versions that the key may not read are listed as missing; only a request for a single version says why. */
export const handleBatch: Handler<'batch'> = async ({ store, drafts, body, caller, streams, ended }) => {
  const plan = await planBatch(store, body.refs, await drafts.reader(caller));
  const pieces = await streams.open(caller.key, ended(), () => batchJson(store, plan));
  return jsonTextAnswer(200, pieces);
};
