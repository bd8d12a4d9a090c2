/** Environments and their policies over HTTP. */
import { checkPublishes, policyOf } from '../../../core/environment.ts';
import { checkOwnEnvironment } from '../../access/caller.ts';
import { readEnvironment, readEnvironments, setEnvironment } from '../../environments.ts';
import { jsonAnswer } from '../http-response.ts';
import type { Handler } from '../route-context.ts';

export const handleListEnvironments: Handler<'listEnvironments'> = async ({ store }) =>
  jsonAnswer(200, { data: await store.read(readEnvironments), nextCursor: null });

/** An admin sets the policy of their own environment; an admin of an environment that publishes may also add others. */
export const handlePutEnvironment: Handler<'putEnvironment'> = async ({
  store,
  write,
  caller,
  parameters,
  body,
}) => {
  const name = parameters.environment;
  const { environment, added } = await write(async transaction => {
    const exists = (await readEnvironments(transaction)).some(known => known.name === name);
    if (exists) checkOwnEnvironment(caller, name, `setting the policy of ${name}`);
    else checkPublishes(await readEnvironment(transaction, caller.environment));
    return setEnvironment(transaction, store.now, caller, { name, policy: policyOf(body) });
  });
  return jsonAnswer(added ? 201 : 200, environment);
};
