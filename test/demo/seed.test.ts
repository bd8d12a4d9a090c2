/** Seeding: what the demo's registry holds afterwards, asked through its own API. */
import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type HistoryStep, readHistory } from '../../scripts/demoHistory.ts';
import { seedDemo } from '../../scripts/seed.ts';
import { RegistryClient } from '../../src/client/registry-client.ts';
import { EMBEDDED_ORIGIN, embeddedCredential } from '../../src/core/embedded.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { CHAIN_START, type ChainHead, type RegistryEvent, validateNextEvent } from '../../src/core/event.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { openEmbeddedRegistry } from '../../src/registry/embedded.ts';

const demo = fileURLToPath(new URL('../../demo/', import.meta.url));
const estimate = parsePromptName('fees/transfer-estimate');

describe('seeding the demo', () => {
  let folder: string;
  let data: string;
  let seeded: Awaited<ReturnType<typeof seedDemo>>;
  let steps: HistoryStep[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'promptforge-seed-'));
    data = join(folder, 'data');
    steps = await readHistory(demo, new Date());
    seeded = await seedDemo(data, demo);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('says how many prompts and versions there are', () => {
    const published = steps.filter(({ kind }) => kind === 'publish');
    assert.deepEqual(seeded, {
      promptCount: new Set(published.map(({ prompt }) => prompt)).size,
      versionCount: published.length,
    });
  });

  it('leaves a chain that anyone can recompute, in which time never runs back', async () => {
    let head: ChainHead = CHAIN_START;
    let at = '';
    for (const event of await eventsOf(data)) {
      assert.equal(validateNextEvent(event, head), undefined);
      assert.ok(event.at >= at, `event ${event.seq}`);
      head = event;
      at = event.at;
    }
    assert.ok(head.seq > steps.length);
  });

  it('records every step at its time, by its actor, with its words', async () => {
    const changes = (await eventsOf(data)).filter(isStep);
    assert.deepEqual(
      changes.map(event => ({
        at: event.at,
        actor: event.actor,
        reference: `${event.prompt}@${event.version}`,
        words:
          event.kind === 'version.published' ? event.data.message : (event.data as { reason: string }).reason,
      })),
      steps.map(step => ({
        at: step.at,
        actor: step.actor,
        reference: `${step.prompt}@${step.version}`,
        words: step.kind === 'publish' ? step.message : step.reason,
      })),
    );
  });

  it('is the work of two people, with one rollback', async () => {
    const events = await eventsOf(data);
    const changes = events.filter(isStep);
    assert.deepEqual([...new Set(changes.map(({ actor }) => actor))].sort(), [
      'jonas.weber',
      'mara.lindqvist',
    ]);
    const rollbacks = events.filter(event => event.kind === 'promotion.applied' && event.data.rollback);
    assert.deepEqual(
      rollbacks.map(({ prompt, version, environment, actor }) => ({ prompt, version, environment, actor })),
      [{ prompt: estimate, version: 2, environment: 'production', actor: 'jonas.weber' }],
    );
  });

  it('leaves every pointer where its last promotion put it, and publishes what the files hold', async () => {
    const pointers = new Map<string, number>();
    for (const step of steps)
      if (step.kind !== 'publish') pointers.set(`${step.prompt} ${step.environment}`, step.version);
    await withRegistry(data, async client => {
      const prompts = await client.allPrompts();
      const found = prompts.flatMap(prompt =>
        prompt.pointers
          .filter(({ channel }) => channel === 'stable')
          .map(({ environment, version }) => [`${prompt.name} ${environment}`, version] as const),
      );
      assert.deepEqual(new Map(found.sort()), new Map([...pointers].sort()));
      for (const { name, newest } of prompts) {
        const { source } = await client.getVersion(name, newest.version);
        assert.equal(source, await readFile(join(demo, 'prompts', `${name}.prompt`), 'utf8'), name);
      }
    });
  });

  it('serves in production what was promoted there, and shows prompts whose partials moved on', async () => {
    await withRegistry(
      data,
      async client => {
        const { version, template } = await client.deliver(estimate);
        assert.equal(version, 5);
        assert.match(template, /Fee schedule \{\{schedule\.id\}\}/);
        const prompts = await client.allPrompts();
        const outdated = prompts.filter(({ outdatedPartials }) => outdatedPartials.length > 0);
        assert.ok(
          outdated.length > 0 && outdated.length < prompts.length,
          `${outdated.length} of ${prompts.length}`,
        );
      },
      'production',
    );
  });

  it('changes nothing the second time, nor after somebody has worked in it', async () => {
    const before = await eventsOf(data);
    assert.deepEqual(await seedDemo(data, demo), seeded);
    assert.deepEqual(await eventsOf(data), before);

    const worked = join(folder, 'worked');
    await cp(data, worked, { recursive: true });
    await withRegistry(worked, async client => {
      const { newest } = await client.getPrompt(estimate);
      const { source } = await client.getVersion(estimate, newest.version);
      const edit = { source: `${source}Be brief.\n`, message: 'Shorter', base: newest.version };
      await client.publish(estimate, edit);
    });
    const events = await eventsOf(worked);
    const again = await seedDemo(worked, demo);
    assert.deepEqual(again, { ...seeded, versionCount: seeded.versionCount + 1 });
    assert.deepEqual(await eventsOf(worked), events);
  });

  it('goes on where an interrupted run stopped', async () => {
    const cut = join(folder, 'cut');
    const half = join(folder, 'half');
    await writeDemo(cut, steps.slice(0, 77));
    await seedDemo(half, cut);
    assert.ok((await eventsOf(half)).length < steps.length);
    assert.deepEqual(await seedDemo(half, demo), seeded);
    // Each registry has a key of its own.
    const ofKey = new Set<RegistryEvent['kind']>(['signing_key.set', 'macs.started']);
    const comparable = (events: RegistryEvent[]) =>
      events.map(({ at, kind, data }) => ({ at, kind, ...(!ofKey.has(kind) && { data }) }));
    assert.deepEqual(comparable(await eventsOf(half)), comparable(await eventsOf(data)));
  });

  it('leaves a registry alone that holds something else', async () => {
    const other = join(folder, 'other');
    await withRegistry(other, client =>
      client.publish(parsePromptName('my/own'), { source: 'Mine.\n', message: 'Mine', base: null }),
    );
    const before = await eventsOf(other);
    assert.deepEqual(await seedDemo(other, demo), { promptCount: 1, versionCount: 1 });
    assert.deepEqual(await eventsOf(other), before);
  });
});

/** Not what a new registry begins with. */
function isStep({ kind }: RegistryEvent): boolean {
  return kind !== 'environment.set' && kind !== 'signing_key.set' && kind !== 'macs.started';
}

async function withRegistry<T>(
  dataFolder: string,
  use: (client: RegistryClient) => Promise<T>,
  environment = 'development',
): Promise<T> {
  const registry = await openEmbeddedRegistry({ dataFolder, actor: 'tester' });
  try {
    const key = embeddedCredential(parseEnvironmentName(environment));
    return await use(new RegistryClient({ url: EMBEDDED_ORIGIN, key, fetch: registry.fetch }));
  } finally {
    await registry.close();
  }
}

function eventsOf(dataFolder: string): Promise<RegistryEvent[]> {
  return withRegistry(dataFolder, async client => {
    const events: RegistryEvent[] = [];
    let page = await client.changes({ limit: 1000 });
    while (page.events.length > 0) {
      events.push(...page.events);
      page = await client.changes({ limit: 1000, after: page.cursor });
    }
    return events;
  });
}

/** A demo folder whose whole history is `steps`. */
async function writeDemo(folder: string, steps: readonly HistoryStep[]): Promise<void> {
  const newest = new Map<string, number>();
  for (const step of steps) if (step.kind === 'publish') newest.set(step.prompt, step.version);
  const written = [];
  for (const step of steps) {
    const { at, actor, prompt, version } = step;
    const reference = `${prompt}@${version}`;
    if (step.kind === 'publish') {
      const isNewest = newest.get(prompt) === version;
      const file = join(
        folder,
        isNewest ? `prompts/${prompt}.prompt` : `history/sources/${reference}.prompt`,
      );
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, step.source);
      written.push({ at, actor, publish: reference, message: step.message });
    } else {
      written.push({ at, actor, [step.kind]: reference, environment: step.environment, reason: step.reason });
    }
  }
  await mkdir(join(folder, 'history'), { recursive: true });
  await writeFile(join(folder, 'history', 'history.yaml'), JSON.stringify({ steps: written }));
}
