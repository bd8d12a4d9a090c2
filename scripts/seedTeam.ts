// Adds to the demo with a team: approvals in production, owners of some prompts, and promotions that are pending,
// planned and rejected.

import { RegistryClient } from '../src/client/registry-client.ts';
import { STABLE } from '../src/core/channel.ts';
import { EMBEDDED_ORIGIN, embeddedCredential } from '../src/core/embedded.ts';
import { parseEnvironmentName } from '../src/core/environment.ts';
import { parsePromptName } from '../src/core/name.ts';
import { parseVersionNumber } from '../src/core/version.ts';
import { openEmbeddedRegistry } from '../src/registry/embedded.ts';

const PRODUCTION = parseEnvironmentName('production');
const DAY_MS = 86_400_000;

/** Owners of folders that the tour does not use: its promotions need the approval of any other person. */
const OWNERS = `# One of the owners of a prompt must approve its promotions to production.
complaints/**       @mara.lindqvist @tomas.berg
backoffice/aml/**   @tomas.berg @jonas.weber   # or whoever is on call for alerts
`;

/**
 * Seeds the registry, or continues an interrupted run. Steps that were already done are not repeated.
 * @param dataFolder the data folder of an embedded registry with the demo's history
 */
export async function seedTeam(dataFolder: string): Promise<void> {
  await using people = new AsyncDisposableStack();
  const client = async (actor: string) => {
    const registry = await openEmbeddedRegistry({ dataFolder, actor });
    people.defer(() => registry.close());
    return new RegistryClient({
      url: EMBEDDED_ORIGIN,
      key: embeddedCredential(PRODUCTION),
      fetch: registry.fetch,
    });
  };
  const [jonas, mara] = [await client('jonas.weber'), await client('mara.lindqvist')];
  // Mara wrote the letters, so Tomas approves them.
  const tomas = await client('tomas.berg');
  const production = (await mara.listEnvironments()).find(({ name }) => name === PRODUCTION);
  if (production === undefined) throw new Error('The demo has no production.');
  if (production.policy.approvals === 0)
    await mara.putEnvironment(PRODUCTION, { ...production.policy, approvals: 1 });

  const ask = async (name: string, version: number, reason: string, effectiveAt?: Date) => {
    const prompt = parsePromptName(name);
    const asked = (await jonas.listPromotions({ prompt, environment: PRODUCTION })).data.find(
      promotion => promotion.version === version,
    );
    if (asked !== undefined) return asked;
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
  if (letters.state === 'pending') await tomas.approve(letters.id, 'Read it with Legal');
  const narrative = await ask('backoffice/aml/alert-narrative', 3, 'Pilot went well');
  if (narrative.state === 'pending')
    await mara.reject(narrative.id, 'The pilot runs until November 30: ask again with its result');
  const estimate = await ask(
    'fees/transfer-estimate',
    6,
    '48 tariff cases, calculation is shown in all of them',
  );
  await setOwners(mara, tomas);
  if ((await mara.listComments(estimate.id)).data.length > 0) return;
  const at = (line: number) => ({ side: 'to', line }) as const;
  await mara.comment(estimate.id, {
    text: 'Does “what is not included” name the fees of the banks in between?',
    place: at(38),
  });
  await jonas.comment(estimate.id, {
    text: 'Yes, the shared rules do: tariff case 31 shows it.',
    place: at(38),
  });
}

/** Sets the owners. Owners need a key, so creates approver keys, which the demo does not use otherwise. */
async function setOwners(admin: RegistryClient, approver: RegistryClient): Promise<void> {
  const { current, waiting } = await admin.getOwners(PRODUCTION);
  if (current !== null) return;
  const { data: keys } = await admin.listKeys();
  for (const actor of ['mara.lindqvist', 'tomas.berg', 'jonas.weber'])
    if (!keys.some(key => key.actor === actor))
      await admin.createKey({ environment: PRODUCTION, role: 'approver', actor, expiresAt: null });
  const reason = 'Complaints and alerts are answered for by name';
  const { id } =
    waiting ?? (await admin.requestOwners(PRODUCTION, { text: OWNERS, reason, expected: null })).change;
  await approver.decideOwners('approve', PRODUCTION, id, 'As agreed with Legal');
}
