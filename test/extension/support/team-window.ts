/** A window that is connected to a team's registry, and that every test finds in the same state. */
import assert from 'node:assert/strict';
import type { RegistryClient } from '../../../src/client/registry-client.ts';
import type { Promotion } from '../../../src/contract/promotions.ts';
import type { PromptName } from '../../../src/core/name.ts';
import type { Role } from '../../../src/core/role.ts';
import { originOf } from '../../../src/keys/origin.ts';
import { eventually } from '../../eventually.ts';
import {
  closeEditors,
  connectTo,
  disconnect,
  inside,
  nodeOf,
  run,
  shownTree,
  writePrompt,
} from './inside.ts';
import { ScriptedAsk } from './scripted-ask.ts';
import { type TeamRegistry, teamRegistry } from './team-registry.ts';

const ENVIRONMENTS = ['development', 'staging', 'production'] as const;
type EnvironmentName = (typeof ENVIRONMENTS)[number];

/** Whose keys the window has stored. */
export type Keys = Readonly<Partial<Record<EnvironmentName, readonly [role: Role, actor: string]>>>;

export interface PromotionOptions {
  readonly environment: EnvironmentName;
  readonly version: number;
  readonly channel?: string;
  readonly reason?: string;
  /** An approver of the environment, unless `role` says otherwise. */
  readonly by?: string;
  readonly role?: Role;
}

/**
 * For a `describe`: one registry for all of its tests, and before each of them the window as `keys` say, with nothing
 * open, no file, nothing that waits for approval and no alarm.
 */
export function teamWindow(options: { readonly approvals?: 0 | 1; readonly keys: Keys }): TeamWindow {
  const window = new TeamWindow(options.keys, options.approvals);
  before(() => window.open());
  beforeEach(() => window.reset());
  afterEach(() => window.calm());
  after(() => window.close());
  return window;
}

export class TeamWindow {
  readonly #keys: Keys;
  readonly #approvals: 0 | 1;
  #registry: TeamRegistry | undefined;
  readonly #made = new Map<string, Promise<string>>();

  constructor(keys: Keys, approvals: 0 | 1 = 0) {
    this.#keys = keys;
    this.#approvals = approvals;
  }

  get registry(): TeamRegistry {
    assert.ok(this.#registry, 'the registry is there while the tests of its describe run');
    return this.#registry;
  }

  async open(): Promise<void> {
    this.#registry = await teamRegistry(this.#approvals);
    this.#made.clear();
  }

  /** Ends what a test has done to the network and to the log. */
  async calm(): Promise<void> {
    if (this.#registry === undefined) return;
    await this.#registry.start();
    this.#registry.weather = () => 'pass';
    this.#registry.tamper = undefined;
  }

  async reset(): Promise<void> {
    await this.calm();
    const { answerWith } = await inside();
    answerWith(new ScriptedAsk());
    await acknowledgeAlarms();
    await closeEditors();
    if (this.#approvals > 0) await this.#closePromotions();
    await this.#store(this.#keys);
    await this.#connect(this.#keys);
    if (this.#approvals > 0)
      await eventually('nothing to wait', async () => (await waiting('anybody')) === 0);
  }

  async close(): Promise<void> {
    if (this.#registry === undefined) return;
    await this.calm();
    try {
      await acknowledgeAlarms();
      await this.#store({});
      await disconnect();
    } finally {
      await this.#registry[Symbol.asyncDispose]();
      this.#registry = undefined;
    }
  }

  /** The key of that person, made when it is first asked for. */
  key(environment: EnvironmentName, role: Role, actor: string): Promise<string> {
    const id = `${environment} ${role} ${actor}`;
    const known = this.#made.get(id) ?? this.registry.key(environment, role, actor);
    this.#made.set(id, known);
    return known;
  }

  /** That person at the registry, past the window and its network. */
  async client(environment: EnvironmentName, role: Role, actor: string): Promise<RegistryClient> {
    return this.registry.client(await this.key(environment, role, actor));
  }

  /** Stores these keys and no others, and lets the window see it. */
  async hold(keys: Keys): Promise<void> {
    await this.#store(keys);
    await run('refresh');
  }

  /** Publishes the texts as versions 1, 2, …, past the window, which sees them at its next refresh. */
  publish(prompt: PromptName, ...sources: readonly string[]): Promise<void> {
    return this.publishAs('tomas.berg', prompt, ...sources);
  }

  /** By somebody else than the person of the window, who may then approve it. */
  async publishAs(actor: string, prompt: PromptName, ...sources: readonly string[]): Promise<void> {
    const author = await this.client('development', 'author', actor);
    for (const [index, source] of sources.entries())
      await author.publish(prompt, {
        source,
        base: index === 0 ? null : index,
        message: `Version ${index + 1}`,
      } as never);
  }

  /** Asks for a promotion past the window, expecting what is live now. */
  async request(
    prompt: PromptName,
    { environment, version, channel = 'stable', reason = 'Tested', by, role }: PromotionOptions,
  ): Promise<Promotion> {
    const client = await this.client(environment, role ?? 'approver', by ?? 'tomas.berg');
    const { pointers } = await client.getPrompt(prompt);
    const live = pointers.find(each => each.environment === environment && each.channel === channel);
    const expected = live?.version ?? null;
    return client.promote(prompt, { environment, channel, version, reason, expected } as never);
  }

  /** Promotes past the window, with the approval of another where one is needed. */
  async promote(prompt: PromptName, environment: EnvironmentName, ...versions: readonly number[]) {
    for (const version of versions) {
      const { id, state } = await this.request(prompt, { environment, version });
      if (state === 'pending')
        await (await this.client(environment, 'approver', 'mara.lindqvist')).approve(id);
    }
  }

  /** Publishes `source` as version 1, with a file of it that the window knows to be based on it. */
  async publishWithFile(prompt: PromptName, source: string): Promise<void> {
    await this.publish(prompt, source);
    await writePrompt(prompt, source);
    await run('refresh');
    const { prompts } = (await inside()).workbench;
    assert.equal(prompts.listed.get(prompt)?.state, 'clean');
  }

  /** What an application of production gets. */
  async delivered(prompt: PromptName): Promise<{ text: string; version: string | null }> {
    const key = await this.key('production', 'reader', 'checkout-service');
    const answer = await fetch(`${this.registry.directUrl}/v1/prompts/${prompt}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    return { text: await answer.text(), version: answer.headers.get('promptforge-version') };
  }

  /** What happens from now on shows by itself: the window has read the log to its end and waits for more. */
  async isFollowed(): Promise<void> {
    const { alarms } = await inside();
    await eventually('the window to follow the log', () => {
      assert.equal(alarms.shown(), undefined, 'the window follows no log that it raised its alarm for');
      return this.registry.seen.some(({ path }) => path.startsWith('/v1/changes') && path.includes('wait='));
    });
  }

  async #store(keys: Keys): Promise<void> {
    const { session } = (await inside()).workbench;
    const { store } = await session.keyStore();
    const origin = originOf(this.registry.url);
    for (const environment of ENVIRONMENTS) {
      const name = environment as Parameters<typeof store.get>[1];
      const holder = keys[environment];
      const wanted = holder === undefined ? undefined : await this.key(environment, ...holder);
      if ((await store.get(origin, name)) === wanted) continue;
      if (wanted === undefined) await store.delete(origin, name);
      else await store.set(origin, name, wanted);
      await session.forget(name);
    }
  }

  async #connect(keys: Keys): Promise<void> {
    const { session } = (await inside()).workbench;
    const expected = Object.keys(keys).length === 0 ? 'no-key' : 'connected';
    await eventually(`the window to be ${expected}`, async () => {
      await connectTo(this.registry.url);
      return session.registry === this.registry.url && session.state.kind === expected;
    });
  }

  async #closePromotions(): Promise<void> {
    for (const environment of ENVIRONMENTS) {
      const admin = await this.client(environment, 'admin', 'grace');
      for (const state of ['pending', 'planned'] as const) {
        const { data } = await admin.listPromotions({ environment, state } as never);
        const releases = new Set<string>();
        for (const { id, release } of data)
          if (release?.atomic !== true) await admin.cancel(id);
          else releases.add(release.id);
        for (const id of releases) await admin.decideRelease('cancel', id);
      }
    }
  }
}

/** What the badge of the view Promotions counts. */
export async function waiting(of: 'you' | 'anybody' = 'you'): Promise<number> {
  return (await inside()).promotionsView.waiting(of);
}

/** The lines of `shownTree` for the folder that the prompt has to itself. */
export async function shownOf(prompt: PromptName, depth?: number): Promise<string[]> {
  const lines = await shownTree(depth);
  const [folder] = prompt.split('/');
  const first = lines.findIndex(line => line.startsWith(`${folder} `));
  if (first === -1) return [];
  const next = lines.findIndex((line, index) => index > first && !line.startsWith(' '));
  return lines.slice(first, next === -1 ? undefined : next);
}

/** The prompt's channel in the tree, such as `production · stable`. */
export async function pointerOf(prompt: PromptName, label: string) {
  const [folder = '', name = ''] = prompt.split('/');
  return nodeOf('pointer', label, await nodeOf('prompt', name, await nodeOf('folder', folder)));
}

async function acknowledgeAlarms(): Promise<void> {
  const { alarms } = await inside();
  await eventually('no alarm', async () => {
    if (alarms.shown() !== undefined) await run('showAlarm', { confirms: ['alternative'] });
    return alarms.shown() === undefined;
  });
}
