/** Refuses a long body before it is read, by its path and key. */
import type { RouteName } from '../../contract/routes.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import type { Caller } from '../access/caller.ts';
import { chooseVersion } from '../delivery/choose-version.ts';
import { checkMayPublish } from '../prompts/may-publish.ts';
import type { ReadSnapshot, Store } from '../store/store.ts';

/** Bodies up to this size are read without these checks. In bytes. */
const SHORT = 16 * 1024;

type Check = (snapshot: ReadSnapshot, caller: Caller, name: PromptName) => Promise<unknown>;

const CHECKS: Partial<Record<RouteName, Check>> = {
  publish: (snapshot, { environment }, name) => checkMayPublish(snapshot, environment, name),
  async render(snapshot, { environment }, name) {
    try {
      await chooseVersion(snapshot, environment, name, {});
    } catch (error) {
      // The version is in the body.
      if (Problem.is(error, 'prompt_not_found', 'environment_not_found')) throw error;
    }
  },
};

/** @param length the header Content-Length @throws the same Problems as the call itself */
export async function checkBeforeBody(
  route: RouteName,
  store: Pick<Store, 'read'>,
  caller: Caller | null,
  name: PromptName | undefined,
  length: string | undefined,
): Promise<void> {
  const check = CHECKS[route];
  if (check === undefined || caller === null || name === undefined || Number(length) <= SHORT) return;
  await store.read(snapshot => check(snapshot, caller, name));
}
