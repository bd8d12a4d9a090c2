/** What was live, over HTTP. */
import { readLive } from '../../live/live.ts';
import { jsonAnswer } from '../answer.ts';
import type { Handler } from '../call.ts';

export const handleLive: Handler<'live'> = async ({ store, contents, parameters, query }) =>
  jsonAnswer(
    200,
    await store.read(snapshot => readLive(snapshot, store.now, contents, parameters.name, query)),
  );
