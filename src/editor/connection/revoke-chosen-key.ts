/** *Revoke Key…*: an admin of an environment chooses one of its keys, and whether the keys that it created end with it. */
import { chooseKey } from '../../client/choose-key.ts';
import type { RegistryClient } from '../../client/registry-client.ts';
import type { KeyRecord } from '../../contract/keys.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import { EMBEDDED } from '../versions/uri.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { environmentOf } from './environment-argument.ts';
import { MissingKey } from './missing-key.ts';
import { keyOptions, revokedWords, revokeQuestion } from './revoke-words.ts';

/** The number of keys per request. */
const PAGE = 500;

/** @param argument an environment or a view's node of one; without it the person picks one */
export async function revokeChosenKey(workbench: Workbench, argument: unknown): Promise<void> {
  const { session, ask } = workbench;
  if (session.registry === EMBEDDED) {
    await ask.tell('info', 'The embedded registry is only for you and has no keys.');
    return;
  }
  const environment = environmentOf(argument) ?? (await pickEnvironment(workbench));
  if (environment !== undefined) await revokeKey(workbench, environment);
}

/** An environment whose keys the person may manage; asks only if there are several. */
async function pickEnvironment({ session, ask }: Workbench): Promise<EnvironmentName | undefined> {
  if (session.keys.size === 0) await session.reload();
  const managed = [...session.keys].filter(
    ([, state]) => state.kind === 'unasked' || (state.kind === 'known' && state.who.role === 'admin'),
  );
  const [first] = managed;
  if (managed.length === 1 && first !== undefined) return first[0];
  if (managed.length === 0) {
    const choice = chooseKey({ kind: 'manage-keys' }, session.environments, session.keys);
    if (choice.kind === 'missing') throw new MissingKey(choice);
  }
  return ask.pick({
    title: 'Revoke Key',
    placeholder: 'Select the environment that the key is for',
    isFollowed: true,
    options: managed.map(([name]) => ({ label: name, value: name })),
  });
}

async function revokeKey(workbench: Workbench, environment: EnvironmentName): Promise<void> {
  const { session, prompts, ask } = workbench;
  const client = await session.clientFor({ kind: 'manage-keys', environment });
  const [own, keys] = await inProgress(`Reading the keys for ${environment}`, signal =>
    Promise.all([client.currentKey(signal), allKeys(client, signal)]),
  );
  const now = Date.now();
  const key = await ask.pick({
    title: `Revoke Key for ${environment}`,
    placeholder: 'Select the key to revoke',
    isFollowed: true,
    options: keyOptions(keys, own.id, now),
  });
  if (key === undefined) return;
  const question = revokeQuestion(key, keys, own.id, now);
  const agreed = await ask.confirm(question);
  if (agreed === false) return;
  const cascade = agreed === 'alternative' || key.revokedAt !== null;
  let others = 0;
  try {
    await inProgress(`Revoking ${key.actor}’s key`, async signal => {
      for (let isComplete = false; !isComplete; ) {
        const revoked = await client.revokeKey(key.id, { cascade }, signal);
        others += revoked.cascade?.keys.length ?? 0;
        isComplete = revoked.cascade?.complete ?? true;
      }
    });
  } finally {
    // The person's own key may be among them.
    await session.forget(environment);
    await prompts.refresh();
  }
  void ask.tell('info', revokedWords(key, others));
}

async function allKeys(client: RegistryClient, signal: AbortSignal): Promise<KeyRecord[]> {
  const keys: KeyRecord[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await client.listKeys({ limit: PAGE, cursor }, signal);
    keys.push(...page.data);
    if (page.nextCursor === null || page.data.length === 0) return keys;
    cursor = page.nextCursor;
  }
}
