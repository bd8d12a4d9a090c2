// The demo with what a bank asks for: approvals in production, and promotions that wait, are planned and were rejected.
// For pictures; `npm start` asks for no approvals, since whoever tries it is alone.

import { RegistryClient } from '../src/client/registry-client.ts';
import { STABLE } from '../src/core/channel.ts';
import { EMBEDDED_ORIGIN, embeddedCredential } from '../src/core/embedded.ts';
import { parseEnvironmentName } from '../src/core/environment.ts';
import { parsePromptName } from '../src/core/name.ts';
import { parseVersionNumber } from '../src/core/version.ts';
import { openEmbeddedRegistry } from '../src/registry/embedded.ts';
import { type DemoWorkspace, prepareDemo } from './demoWorkspace.ts';

const PRODUCTION = parseEnvironmentName('production');
const DAY_MS = 86_400_000;

/** @param folder an absolute path, where nothing is yet */
export async function prepareGovernedDemo(folder: string): Promise<DemoWorkspace> {
  const demo = await prepareDemo(folder);
  await using people = new AsyncDisposableStack();
  const client = async (actor: string) => {
    const registry = await openEmbeddedRegistry({ dataFolder: demo.dataFolder, actor });
    people.defer(() => registry.close());
    return new RegistryClient({
      url: EMBEDDED_ORIGIN,
      key: embeddedCredential(PRODUCTION),
      fetch: registry.fetch,
    });
  };
  const [jonas, mara] = [await client('jonas.weber'), await client('mara.lindqvist')];
  const production = (await mara.listEnvironments()).find(({ name }) => name === PRODUCTION);
  if (production === undefined) throw new Error('The demo has no production.');
  await mara.putEnvironment(PRODUCTION, { ...production.policy, approvals: 1 });

  const ask = async (name: string, version: number, reason: string, effectiveAt?: Date) => {
    const prompt = parsePromptName(name);
    const { pointers } = await jonas.getPrompt(prompt);
    const live = pointers.find(
      ({ environment, channel }) => environment === PRODUCTION && channel === STABLE,
    );
    return jonas.promote(prompt, {
      environment: PRODUCTION,
      channel: STABLE,
      version: parseVersionNumber(version),
      reason,
      expected: live?.version ?? null,
      ...(effectiveAt && { effectiveAt: effectiveAt.toISOString() }),
    });
  };
  const letters = await ask(
    'complaints/acknowledge',
    3,
    'Panel read four letters aloud; goes live with the new letterhead',
    new Date(Date.now() + 3 * DAY_MS),
  );
  await mara.approve(letters.id, 'Read it with Legal');
  const narrative = await ask('backoffice/aml/alert-narrative', 3, 'Pilot went well');
  await mara.reject(narrative.id, 'The pilot runs until November 30: ask again with its result');
  const estimate = await ask(
    'fees/transfer-estimate',
    6,
    '48 tariff cases, calculation is shown in all of them',
  );
  const at = (line: number) => ({ side: 'to', line }) as const;
  await mara.comment(estimate.id, {
    text: 'Does “what is not included” name the fees of the banks in between?',
    place: at(38),
  });
  await jonas.comment(estimate.id, {
    text: 'Yes, the shared rules do: tariff case 31 shows it.',
    place: at(38),
  });
  return { ...demo, settings: { ...demo.settings, 'promptforge.embedded.actor': 'tomas.berg' } };
}
