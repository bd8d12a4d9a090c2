/** Comments on lines of versions over HTTP. Everyone who may read a version may read and write its comments. */
import type { PromptName } from '../../../core/name.ts';
import { Problem } from '../../../core/problem.ts';
import type { VersionNumber } from '../../../core/version.ts';
import { listThreads, type ThreadsEnd } from '../../comments/list-threads.ts';
import {
  addComment,
  deleteComment,
  editComment,
  readComment,
  setResolved,
} from '../../comments/write-comments.ts';
import { readPrompt, readVersion } from '../../prompts/version-rows.ts';
import { makeCursor, textCursor } from '../cursor.ts';
import { jsonAnswer, jsonTextAnswer } from '../http-response.ts';
import { doneOnce } from '../idempotency.ts';
import type { Handler } from '../route-context.ts';

export const handleListThreads: Handler<'listThreads'> = async call => {
  const { store, drafts, caller, parameters, query, work, asker } = call;
  const { name } = parameters;
  const { cursor, limit, state } = query;
  const version = query.version as VersionNumber | undefined;
  if (version === undefined) await store.read(snapshot => readPrompt(snapshot, name));
  else await checkReads(call, version);
  const { threads, end } = await listThreads(store.read.bind(store), name, {
    version,
    state,
    limit,
    after: cursor === undefined ? undefined : endOf(cursor),
    mayRead: await drafts.reader(caller),
  });
  const nextCursor = end === undefined ? null : makeCursor('threads', `${end.version} ${end.line}`);
  return jsonTextAnswer(200, await work.json({ data: threads, nextCursor }, asker()));
};

/** @throws Problem `invalid_request` */
function endOf(cursor: string): ThreadsEnd {
  const [version = 0, line = 0] = textCursor('threads', cursor).split(' ').map(Number);
  if (Number.isSafeInteger(version) && Number.isSafeInteger(line)) return { version, line };
  throw new Problem(
    'invalid_request',
    'This cursor does not belong to this list. Send it exactly as you received it.',
    {
      fields: [{ pointer: '/cursor', message: 'is not a cursor of this list' }],
    },
  );
}

export const handleAddComment: Handler<'addComment'> = async call => {
  const { store, caller, parameters, body } = call;
  await checkReads(call, body.version);
  const done = await doneOnce(call, async transaction => ({
    status: 201,
    body: await addComment([transaction, store.now, caller], parameters.name, body),
  }));
  return jsonAnswer(done.status, done.body);
};

export const handleEditComment: Handler<'editComment'> = async call => {
  const { store, caller, parameters, body } = call;
  await checkReadsComment(call);
  const done = await doneOnce(call, async transaction => ({
    status: 200,
    body: await editComment([transaction, store.now, caller], parameters.name, parameters.id, body.text),
  }));
  return jsonAnswer(done.status, done.body);
};

export const handleDeleteComment: Handler<'deleteComment'> = async call => {
  const { store, caller, parameters } = call;
  await checkReadsComment(call);
  const done = await doneOnce(call, async transaction => ({
    status: 200,
    body: await deleteComment([transaction, store.now, caller], parameters.name, parameters.id),
  }));
  return jsonAnswer(done.status, done.body);
};

export const handleResolveThread: Handler<'resolveThread'> = call => answerResolved(call, true);
export const handleUnresolveThread: Handler<'unresolveThread'> = call => answerResolved(call, false);

async function answerResolved(call: Parameters<Handler<'resolveThread'>>[0], resolved: boolean) {
  const { store, caller, parameters, body } = call;
  await checkReads(call, body.version);
  const done = await doneOnce(call, async transaction => ({
    status: 200,
    body: await setResolved([transaction, store.now, caller], parameters.name, body, resolved),
  }));
  return jsonAnswer(done.status, done.body);
}

type Reading = Pick<Parameters<Handler<'listThreads'>>[0], 'store' | 'drafts' | 'caller'> & {
  readonly parameters: { readonly name: PromptName };
};

/** @throws Problem `prompt_not_found`, `version_not_found`, `version_not_released` */
async function checkReads(
  { store, drafts, caller, parameters }: Reading,
  version: VersionNumber,
): Promise<void> {
  await store.read(snapshot => readVersion(snapshot, parameters.name, version));
  await drafts.check(caller, parameters.name, version);
}

/**
 * A missing comment is not refused here: a repeated request, whose comment may be gone, must get its earlier answer.
 */
async function checkReadsComment(
  call: Reading & { readonly parameters: { readonly id: string } },
): Promise<void> {
  const { store, parameters } = call;
  const comment = await store
    .read(snapshot => readComment(snapshot, parameters.name, parameters.id))
    .catch((error: unknown) => {
      if (!Problem.is(error, 'comment_not_found')) throw error;
    });
  if (comment !== undefined) await checkReads(call, comment.version);
}
