/** The demo with a team, as `npm start -- --governed` makes it: who asked for what, and what becomes of it at the next start. */
import assert from 'node:assert/strict';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { prepareDemo } from '../../scripts/demoWorkspace.ts';
import { RegistryClient } from '../../src/client/registry-client.ts';
import { EMBEDDED_ORIGIN, embeddedCredential } from '../../src/core/embedded.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { openEmbeddedRegistry } from '../../src/registry/embedded.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';

const production = parseEnvironmentName('production');
const quiet = () => undefined;

describe('the demo with a team', () => {
  let folder: TemporaryFolder;
  let demo: Awaited<ReturnType<typeof prepareDemo>>;
  before(async () => {
    folder = await temporaryFolder();
    demo = await prepareDemo(folder.path, quiet, 'team');
  });
  after(() => folder[Symbol.asyncDispose]());

  /** Whoever the demo's settings say one is. */
  async function asYou<T>(work: (client: RegistryClient) => Promise<T>): Promise<T> {
    const actor = String(demo.settings['promptforge.embedded.actor']);
    await using registry = await openRegistry(actor);
    return await work(registry.client);
  }
  async function openRegistry(actor: string) {
    const registry = await openEmbeddedRegistry({ dataFolder: demo.dataFolder, actor });
    const key = embeddedCredential(production);
    return {
      client: new RegistryClient({ url: EMBEDDED_ORIGIN, key, fetch: registry.fetch }),
      [Symbol.asyncDispose]: () => registry.close(),
    };
  }
  const promotions = () =>
    asYou(async client =>
      (await client.listPromotions({ environment: production })).data
        .map(({ prompt, version, state, requestedBy }) => `${prompt}@${version} ${state}, by ${requestedBy}`)
        .slice(0, 3),
    );
  const waiting = [
    'fees/transfer-estimate@6 pending, by jonas.weber',
    'backoffice/aml/alert-narrative@3 rejected, by jonas.weber',
    'complaints/acknowledge@3 planned, by jonas.weber',
  ];

  it('asks for an approval in production, and has one promotion for you to review', async () => {
    const environments = await asYou(client => client.listEnvironments());
    assert.equal(environments.find(({ name }) => name === production)?.policy.approvals, 1);
    assert.deepEqual(await promotions(), waiting);
  });

  it('is the same after it was interrupted, or comes with a newer demo', async () => {
    await rm(join(folder.path, 'seeded.json'));
    await prepareDemo(folder.path, quiet, 'team');
    assert.deepEqual(await promotions(), waiting);
  });

  it('has owners of some prompts in production, by whom somebody can approve', async () => {
    const { text, current, warnings } = await asYou(client => client.getOwners(production));
    assert.match(text, /^complaints\/\*\* +@mara\.lindqvist @tomas\.berg$/m);
    assert.deepEqual([current?.requestedBy, warnings], ['mara.lindqvist', []]);
  });

  it('names you, and the one who asked, among the people one can be', async () => {
    const { people } = JSON.parse(await readFile(join(folder.path, 'guide.json'), 'utf8'));
    assert.deepEqual(
      people.map((person: { actor: string }) => person.actor),
      [demo.settings['promptforge.embedded.actor'], 'jonas.weber'],
    );
  });

  it('has a tour of its own, and neither texts of the history nor the other tour in the workspace', async () => {
    const tour = await readFile(join(demo.workspace, 'README.md'), 'utf8');
    assert.match(tour, /^# PromptForge for a team$/m);
    for (const other of ['team', 'history'])
      await assert.rejects(readFile(join(demo.workspace, other, 'README.md')), { code: 'ENOENT' });
  });
});
