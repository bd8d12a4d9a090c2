/** Fills an embedded registry with the demo's history through its API: each step has its time and its actor. */
import { RegistryClient } from '../src/client/registry-client.ts';
import { STABLE } from '../src/core/channel.ts';
import { EMBEDDED_ORIGIN, embeddedCredential } from '../src/core/embedded.ts';
import { type EnvironmentName, parseEnvironmentName } from '../src/core/environment.ts';
import type { RegistryEvent } from '../src/core/event.ts';
import { parseVersionNumber } from '../src/core/version.ts';
import { type EmbeddedRegistry, openEmbeddedRegistry } from '../src/registry/embedded.ts';
import { type HistoryStep, readHistory } from './demoHistory.ts';

/** The events in the log of a new registry. */
const OF_A_NEW_REGISTRY: readonly RegistryEvent['kind'][] = [
  'environment.set',
  'signing_key.set',
  'macs.started',
];
/** The environment where authors publish. */
const DEVELOPMENT = parseEnvironmentName('development');

export interface SeededDemo {
  /** The number of prompts and partials in the registry afterwards. */
  readonly promptCount: number;
  readonly versionCount: number;
}

/**
 * Seeds a registry, or continues an interrupted run. Does not change a registry that has the whole history or a
 * different one.
 * @param dataFolder the embedded registry's data folder, created if it does not exist
 * @param demoFolder the folder with `prompts/` and `history/`
 * @throws DataFolderProblem if the data folder cannot be used
 */
export async function seedDemo(dataFolder: string, demoFolder: string): Promise<SeededDemo> {
  const steps = await readHistory(demoFolder, new Date());
  await using actors = new Actors(dataFolder, new Date(steps[0]?.at ?? Date.now()));
  const owner = await actors.client(steps[0]?.actor ?? 'demo', DEVELOPMENT);
  for (const step of steps.slice(await stepsDone(owner, steps))) {
    actors.now = new Date(step.at);
    await take(step, actors);
  }
  const prompts = await owner.allPrompts({ archived: true });
  return {
    promptCount: prompts.length,
    versionCount: prompts.reduce((sum, { newest }) => sum + newest.version, 0),
  };
}

/** The number of steps that the log contains; all of them if the log has other events, so that no step is added. */
async function stepsDone(client: RegistryClient, steps: readonly HistoryStep[]): Promise<number> {
  let done = 0;
  let after: string | undefined;
  for (;;) {
    const page = await client.changes({ limit: 1000, ...(after !== undefined && { after }) });
    if (page.events.length === 0) return done;
    for (const event of page.events) {
      if (OF_A_NEW_REGISTRY.includes(event.kind)) continue;
      const step = steps[done];
      if (step === undefined || !records(event, step)) return steps.length;
      done++;
    }
    after = page.cursor;
  }
}

function records(event: RegistryEvent, step: HistoryStep): boolean {
  return (
    event.kind === (step.kind === 'publish' ? 'version.published' : 'promotion.applied') &&
    event.actor === step.actor &&
    event.prompt === step.prompt &&
    event.version === step.version &&
    (step.kind === 'publish' || event.environment === step.environment)
  );
}

async function take(step: HistoryStep, actors: Actors): Promise<void> {
  const { prompt, version } = step;
  if (step.kind === 'publish') {
    const client = await actors.client(step.actor, DEVELOPMENT);
    const base = version === 1 ? null : parseVersionNumber(version - 1);
    const { source, message } = step;
    const published = await client.publish(prompt, { source, message, base });
    if (published.version.version !== version)
      throw new Error(`${prompt}@${version} was published as version ${published.version.version}.`);
    return;
  }
  const { environment, reason } = step;
  const client = await actors.client(step.actor, environment);
  const { pointers } = await client.getPrompt(prompt);
  const expected =
    pointers.find(pointer => pointer.environment === environment && pointer.channel === STABLE)?.version ??
    null;
  const moved = await client.promote(prompt, { environment, channel: STABLE, version, reason, expected });
  if (moved.rollback !== (step.kind === 'rollBack'))
    throw new Error(
      `${prompt}@${version} in ${environment} at ${step.at} is ${moved.rollback ? 'a' : 'no'} rollback.`,
    );
}

/** Opens the registry once for each actor, all with the same clock. */
class Actors implements AsyncDisposable {
  now: Date;
  readonly #dataFolder: string;
  readonly #open = new Map<string, EmbeddedRegistry>();

  constructor(dataFolder: string, now: Date) {
    this.#dataFolder = dataFolder;
    this.now = now;
  }

  async client(actor: string, environment: EnvironmentName): Promise<RegistryClient> {
    let registry = this.#open.get(actor);
    if (registry === undefined) {
      registry = await openEmbeddedRegistry({ dataFolder: this.#dataFolder, actor, now: () => this.now });
      this.#open.set(actor, registry);
    }
    const { fetch } = registry;
    return new RegistryClient({ url: EMBEDDED_ORIGIN, key: embeddedCredential(environment), fetch });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const registry of this.#open.values()) await registry.close();
  }
}
