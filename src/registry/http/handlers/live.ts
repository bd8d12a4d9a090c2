/** The live version at an instant, over HTTP. */
import { readLive } from '../../live/live.ts';
import { jsonTextAnswer } from '../http-response.ts';
import type { Handler } from '../route-context.ts';

export const handleLive: Handler<'live'> = async ({
  store,
  contents,
  drafts,
  caller,
  parameters,
  query,
  work,
  asker,
}) => {
  const live = await readLive(store, contents, parameters.name, query, {
    key: caller.key,
    check: version => drafts.check(caller, parameters.name, version),
  });
  return jsonTextAnswer(200, await work.json(live, asker()));
};
