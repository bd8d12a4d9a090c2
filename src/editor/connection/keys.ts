/** The commands on keys: set, replace, test, remove. A key goes from the hidden input to the key store, and nowhere else. */
import * as vscode from 'vscode';
import { type EnvironmentName, isEnvironmentName } from '../../core/environment.ts';
import { type Key, parseKey } from '../../core/key.ts';
import { Problem } from '../../core/problem.ts';
import { registerCommand } from '../commands.ts';
import { messageOf } from '../problems/explain.ts';
import { registryName } from '../status/words.ts';
import { EMBEDDED } from '../versions/uri.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { keyVerdict, whoWords } from './key-words.ts';

export function registerKeys(workbench: Workbench): vscode.Disposable {
  const { report } = workbench;
  const register = (
    id: string,
    doing: string,
    run: (environment: EnvironmentName | undefined) => Promise<void>,
  ) =>
    registerCommand(id, doing, report, async argument => {
      if (await hasKeys(workbench)) await run(environmentOf(argument));
    });
  return vscode.Disposable.from(
    register('setKey', 'Setting the key', environment => setKey(workbench, environment)),
    register('replaceKey', 'Replacing the key', async environment => {
      const which = environment ?? (await pickStored(workbench, 'Replace Key'));
      if (which !== undefined) await setKey(workbench, which, true);
    }),
    registerCommand('testKey', 'Testing the key', report, async argument => {
      const which = environmentOf(argument) ?? (await pickStored(workbench, 'Test Key'));
      if (which !== undefined) await testKey(workbench, which);
    }),
    register('removeKey', 'Removing the key', async environment => {
      const which = environment ?? (await pickStored(workbench, 'Remove Key'));
      if (which !== undefined) await removeKey(workbench, which);
    }),
  );
}

/** Whether keys mean anything here; says why not. */
async function hasKeys({ session, ask }: Workbench): Promise<boolean> {
  if (session.registry === EMBEDDED) {
    await ask.tell('info', 'The embedded registry is yours alone and needs no key.');
    return false;
  }
  if (session.registry === undefined) await vscode.commands.executeCommand('promptforge.connect');
  return session.registry !== undefined && session.registry !== EMBEDDED;
}

async function setKey(
  workbench: Workbench,
  wanted: EnvironmentName | undefined,
  replacing = false,
): Promise<void> {
  const { session, prompts, ask } = workbench;
  const registry = session.registry!;
  const { originOf } = await import('../../keys/origin.ts');
  const origin = originOf(registry);
  const of = wanted === undefined ? '' : ` of ${wanted}`;
  const text = await ask.text({
    title: `${replacing ? 'Replace' : 'Set'} Key${of}`,
    prompt: `It will be sent to ${origin} and to no other place. The admin of your registry makes keys.`,
    placeholder: `pf_${wanted ?? 'environment'}_…`,
    secret: true,
    validate: typed => keyVerdict(typed, wanted),
  });
  if (text === undefined) return;
  const { key, environment } = parseKey(text.trim());
  // promptforge.json may have changed meanwhile: the key goes to the origin that was shown, or nowhere.
  const unchanged = () => session.registry === registry;
  if (!replacing && session.keys.has(environment)) {
    const agreed = await ask.confirm({
      message: `Replace the key of ${environment}?`,
      detail: `A key of ${environment} is stored for ${origin} already.`,
      button: 'Replace',
    });
    if (!agreed) return;
  }
  if (!unchanged()) {
    await ask.tell(
      'warning',
      `promptforge.json names another registry by now (${registryName(session.registry ?? 'none')}), so the key was neither sent nor stored.`,
    );
    return;
  }
  const who = await tried(workbench, key, environment);
  if (who === undefined) return;
  const { store, told } = await session.keyStore();
  await store.set(origin, environment, key);
  await session.forget(environment);
  await prompts.refresh();
  void ask.tell('info', `Key of ${environment} stored. ${who} ${told}`);
}

/** What the registry says of the key; undefined when it is not to be stored. */
async function tried(
  workbench: Workbench,
  key: Key,
  environment: EnvironmentName,
): Promise<string | undefined> {
  const { session, ask, log } = workbench;
  try {
    const client = await session.clientWith(key);
    const who = await inProgress('Testing the key', signal => client.currentKey(signal));
    return whoWords(who, registryName(session.registry!));
  } catch (error) {
    const message = messageOf(error);
    log.error(message);
    if (Problem.is(error)) {
      const chosen = await ask.tell('error', `The key was not stored: ${message}`, 'Try Another Key…');
      if (chosen !== undefined) await setKey(workbench, environment, true);
      return undefined;
    }
    const chosen = await ask.tell('warning', `The key could not be tested: ${message}`, 'Store Anyway');
    return chosen === undefined ? undefined : 'It is not tested yet.';
  }
}

async function testKey({ session, prompts, ask }: Workbench, environment: EnvironmentName): Promise<void> {
  await session.forget(environment);
  const client = await session.clientOf(environment);
  const who = await inProgress(`Testing the key of ${environment}`, signal => client.currentKey(signal));
  await prompts.refresh();
  void ask.tell('info', `The key works. ${whoWords(who, registryName(session.registry!))}`);
}

async function removeKey({ session, prompts, ask }: Workbench, environment: EnvironmentName): Promise<void> {
  const { originOf } = await import('../../keys/origin.ts');
  const origin = originOf(session.registry!);
  const agreed = await ask.confirm({
    message: `Remove the key of ${environment}?`,
    detail: `It is removed from this machine; at ${origin} it stays valid until an admin revokes it.`,
    button: 'Remove',
  });
  if (!agreed) return;
  const { store } = await session.keyStore();
  const there = await store.delete(origin, environment);
  await session.forget(environment);
  await prompts.refresh();
  void ask.tell(
    'info',
    there ? `The key of ${environment} is removed.` : `There was no key of ${environment}.`,
  );
}

async function pickStored({ session, ask }: Workbench, title: string): Promise<EnvironmentName | undefined> {
  const stored = [...session.keys.keys()];
  if (stored.length === 0) {
    const chosen = await ask.tell('info', 'No key is stored for this registry.', 'Set Key…');
    if (chosen !== undefined) await vscode.commands.executeCommand('promptforge.setKey');
    return undefined;
  }
  return ask.pick({
    title,
    placeholder: 'Of which environment?',
    options: stored.map(name => ({ label: name, value: name })),
  });
}

/** From a node of the view Environments, or its name. */
function environmentOf(argument: unknown): EnvironmentName | undefined {
  if (typeof argument === 'string' && isEnvironmentName(argument)) return argument;
  if (typeof argument !== 'object' || argument === null || !('environment' in argument)) return undefined;
  const { environment } = argument;
  return typeof environment === 'string' && isEnvironmentName(environment) ? environment : undefined;
}
