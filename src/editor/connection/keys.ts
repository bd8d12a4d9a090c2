/** The commands for keys: set, replace, test, remove. A key goes from the hidden input to the key store, and nowhere else. */
import * as vscode from 'vscode';
import type { EnvironmentName } from '../../core/environment.ts';
import { type Key, parseKey } from '../../core/key.ts';
import { Problem } from '../../core/problem.ts';
import type { Dialogs } from '../asking/ask.ts';
import { registerCommand } from '../commands.ts';
import { logged, messageOf } from '../problems/explain.ts';
import { registryName } from '../status/words.ts';
import { EMBEDDED } from '../versions/uri.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { environmentOf } from './environment-argument.ts';
import { keyVerdict, whoWords } from './key-words.ts';

const DETAILS = 'Show Details';

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

/** Returns true if keys apply here; otherwise reports why not. */
async function hasKeys({ session, ask }: Workbench): Promise<boolean> {
  if (session.registry === EMBEDDED) {
    await ask.tell('info', 'The embedded registry is only for you and needs no key.');
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
  const { place } = await inProgress('Looking for the keychain', () => session.keyStore(), false);
  const whose = wanted === undefined ? '' : ` for ${wanted}`;
  const text = await ask.text({
    title: `${replacing ? 'Replace' : 'Set'} Key${whose}`,
    prompt: `It is stored in ${place} and sent only to ${origin}. An admin of your registry creates keys.`,
    placeholder: `pf_${wanted ?? 'environment'}_…`,
    secret: true,
    validate: typed => keyVerdict(typed, wanted),
  });
  if (text === undefined) return;
  const { key, environment } = parseKey(text.trim());
  // promptforge.json may have changed meanwhile: the key is only sent to the origin that was shown.
  const unchanged = () => session.registry === registry;
  if (!replacing && session.keys.has(environment)) {
    const agreed = await ask.confirm({
      message: `Replace the key for ${environment}?`,
      detail: `A key for ${environment} at ${origin} is already stored.`,
      button: `Replace ${environment} Key`,
    });
    if (!agreed) return;
  }
  if (!unchanged()) {
    await ask.tell(
      'warning',
      `promptforge.json now names another registry (${registryName(session.registry ?? 'none')}), so the key was neither sent nor stored.`,
    );
    return;
  }
  const who = await tried(workbench, key, environment);
  if (who === undefined) return;
  // A locked keychain asks for its password, maybe behind this window.
  const told = await inProgress(
    'Storing the key',
    async () => {
      const { store, told } = await session.keyStore();
      await store.set(origin, environment, key);
      return told;
    },
    false,
  );
  await session.forget(environment);
  await inProgress('Asking the registry with the new key', () => prompts.refresh(), false);
  void sayStored(ask, environment, { ...who, details: `${who.details} ${told}` });
}

/** One sentence, with details on request. */
async function sayStored(
  ask: Dialogs,
  environment: EnvironmentName,
  { brief, details }: Words,
): Promise<void> {
  const name = environment.charAt(0).toUpperCase() + environment.slice(1);
  const chosen = await ask.tell('info', `${name} key stored. ${brief}`, DETAILS);
  if (chosen !== undefined) await ask.tell('info', details);
}

interface Words {
  readonly brief: string;
  readonly details: string;
}

/** The registry's record of the key; undefined if it must not be stored. */
async function tried(
  workbench: Workbench,
  key: Key,
  environment: EnvironmentName,
): Promise<Words | undefined> {
  const { session, ask, log } = workbench;
  try {
    const client = await session.clientWith(key);
    const who = await inProgress('Testing the key', signal => client.currentKey(signal));
    const brief = `You are ${who.actor} (${who.role}).`;
    return { brief, details: whoWords(who, registryName(session.registry!)) };
  } catch (error) {
    const message = messageOf(error);
    log.error(logged(error));
    if (Problem.is(error)) {
      const chosen = await ask.tell('error', `The key was not stored: ${message}`, 'Try Another Key…');
      if (chosen !== undefined) await setKey(workbench, environment, true);
      return undefined;
    }
    const chosen = await ask.tell('warning', `The key could not be tested: ${message}`, 'Store Anyway');
    const untested = 'It has not been tested yet.';
    return chosen === undefined ? undefined : { brief: untested, details: untested };
  }
}

async function testKey({ session, prompts, ask }: Workbench, environment: EnvironmentName): Promise<void> {
  await session.forget(environment);
  const client = await session.clientOf(environment);
  const who = await inProgress(`Testing the key for ${environment}`, signal => client.currentKey(signal));
  await prompts.refresh();
  void ask.tell('info', `The key works. ${whoWords(who, registryName(session.registry!))}`);
}

async function removeKey({ session, prompts, ask }: Workbench, environment: EnvironmentName): Promise<void> {
  const { originOf } = await import('../../keys/origin.ts');
  const origin = originOf(session.registry!);
  const { store, place } = await session.keyStore();
  const agreed = await ask.confirm({
    message: `Remove the key for ${environment}?`,
    detail: `It is removed from ${place}. It stays valid at ${origin} until an admin revokes it.`,
    button: `Remove ${environment} Key`,
  });
  if (!agreed) return;
  const there = await store.delete(origin, environment);
  await session.forget(environment);
  await prompts.refresh();
  void ask.tell(
    'info',
    there ? `The key for ${environment} is removed.` : `There was no key for ${environment}.`,
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
    placeholder: 'Select an environment',
    isFollowed: true,
    options: stored.map(name => ({ label: name, value: name })),
  });
}
