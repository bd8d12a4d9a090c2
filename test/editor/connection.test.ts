import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chooseKey } from '../../src/client/choose-key.ts';
import { RegistryUnreachable } from '../../src/client/unreachable.ts';
import { defaultEnvironments, parseEnvironmentName } from '../../src/core/environment.ts';
import { makeKey } from '../../src/core/key.ts';
import { Problem } from '../../src/core/problem.ts';
import { environmentWords } from '../../src/editor/connection/environments-words.ts';
import { type IdentityClient, identify } from '../../src/editor/connection/identify.ts';
import { keyVerdict } from '../../src/editor/connection/key-words.ts';
import { loggedFetch } from '../../src/editor/log/logged-fetch.ts';
import { menuFor } from '../../src/editor/status/menu.ts';
import { statusWords } from '../../src/editor/status/words.ts';
import { aKey, keysOf } from './data.ts';

const ENVIRONMENTS = defaultEnvironments(1);
const [development, staging, production] = ['development', 'staging', 'production'].map(parseEnvironmentName);

describe('choosing a key', () => {
  it('uses the least powerful key that can read', () => {
    const keys = keysOf(
      ['production', aKey('production', 'admin')],
      ['development', aKey('development', 'author')],
    );
    assert.deepEqual(chooseKey({ kind: 'read' }, ENVIRONMENTS, keys), {
      kind: 'key',
      environment: development,
    });
  });

  it('prefers a key that reads drafts, and falls back to another', () => {
    const closed = ['production', aKey('production', 'author')] as const;
    for (const other of ['author', 'admin'] as const) {
      const keys = keysOf([...closed], ['staging', aKey('staging', other)]);
      assert.deepEqual(chooseKey({ kind: 'read' }, ENVIRONMENTS, keys), {
        kind: 'key',
        environment: staging,
      });
    }
    const both = keysOf([...closed], ['staging', aKey('staging', 'reader')]);
    for (const keys of [both, keysOf([...closed])])
      assert.deepEqual(chooseKey({ kind: 'read' }, ENVIRONMENTS, keys), {
        kind: 'key',
        environment: production,
      });
  });

  it('does not read with a reader key, and says what is needed', () => {
    const keys = keysOf(['production', aKey('production', 'reader')]);
    const choice = chooseKey({ kind: 'read' }, ENVIRONMENTS, keys);
    assert.equal(choice.kind, 'missing');
    assert.match(
      choice.kind === 'missing' ? choice.message : '',
      /author or above; yours in production is a reader key/,
    );
  });

  it('publishes with a key of an environment that publishes', () => {
    const keys = keysOf(
      ['production', aKey('production', 'admin')],
      ['development', aKey('development', 'author')],
    );
    assert.deepEqual(chooseKey({ kind: 'publish' }, ENVIRONMENTS, keys), {
      kind: 'key',
      environment: development,
    });
    const without = chooseKey(
      { kind: 'publish' },
      ENVIRONMENTS,
      keysOf(['production', aKey('production', 'admin')]),
    );
    assert.deepEqual(without, {
      kind: 'missing',
      environments: [development],
      role: 'author',
      message: 'Publishing needs a key for development with the role author or above, and none is stored.',
    });
  });

  it('promotes only with the key of the target environment', () => {
    const keys = keysOf(
      ['development', aKey('development', 'admin')],
      ['staging', aKey('staging', 'approver')],
    );
    const work = (environment: typeof staging) => ({ kind: 'promote', environment: environment! }) as const;
    assert.deepEqual(chooseKey(work(staging), ENVIRONMENTS, keys), { kind: 'key', environment: staging });
    const missing = chooseKey(work(production), ENVIRONMENTS, keys);
    assert.deepEqual(missing.kind === 'missing' && missing.environments, [production]);
  });

  it('archives with an admin key of an environment that publishes', () => {
    const keys = keysOf(['development', aKey('development', 'approver')]);
    const choice = chooseKey({ kind: 'archive' }, ENVIRONMENTS, keys);
    assert.match(
      choice.kind === 'missing' ? choice.message : '',
      /role admin or above; yours in development is an approver key/,
    );
  });

  it("passes on the registry's reason for refusing a stored key", () => {
    const keys = keysOf(['development', { kind: 'refused', why: 'The key was revoked.' }]);
    const choice = chooseKey({ kind: 'publish' }, ENVIRONMENTS, keys);
    assert.match(choice.kind === 'missing' ? choice.message : '', /was refused: The key was revoked\./);
  });

  it('tries a key that could not be checked with the registry', () => {
    const keys = keysOf(['development', { kind: 'unasked' }]);
    assert.deepEqual(chooseKey({ kind: 'read' }, [], keys), { kind: 'key', environment: development });
  });
});

describe('identifying the person', () => {
  const registry = (answers: Record<string, () => Promise<unknown>>) => async (environment: string) =>
    ({
      currentKey: answers[environment],
      listEnvironments: async () => ENVIRONMENTS,
    }) as unknown as IdentityClient;
  const known = (environment: string, role: 'author' | 'reader') => async () => {
    const state = aKey(environment, role);
    return state.kind === 'known' ? state.who : undefined;
  };

  it('connects with a key that can read, whatever happened to the others', async () => {
    const found = await identify(
      [development!, production!],
      registry({
        development: known('development', 'author'),
        production: async () => {
          throw new Problem('key_expired', 'The key expired.');
        },
      }),
    );
    assert.deepEqual(found.state, {
      kind: 'connected',
      environment: 'development',
      actor: 'mara.lindqvist',
      role: 'author',
    });
    assert.equal(found.keys.get(production!)?.kind, 'refused');
    assert.equal(found.environments.length, 3);
  });

  it('reports that no key is stored', async () => {
    assert.deepEqual((await identify([], registry({}))).state, { kind: 'no-key' });
  });

  it('reports offline when the registry is unreachable, and refused when the server is not one', async () => {
    const failing = (reason: 'offline' | 'not_a_registry') =>
      identify(
        [development!],
        registry({
          development: async () => {
            throw new RegistryUnreachable(reason, 'https://x', 'Why.');
          },
        }),
      );
    assert.deepEqual((await failing('offline')).state, { kind: 'offline', why: 'Why.' });
    assert.deepEqual((await failing('not_a_registry')).state, { kind: 'refused', why: 'Why.' });
  });

  it('is refused with the reason when every key is refused', async () => {
    const found = await identify(
      [development!],
      registry({
        development: async () => {
          throw new Problem('key_revoked', 'The key was revoked.');
        },
      }),
    );
    assert.equal(found.state.kind, 'refused');
    assert.match('why' in found.state ? found.state.why : '', /The key was revoked\./);
  });
});

describe('a key while it is typed', () => {
  const { key, id } = makeKey(staging!, randomBytes);

  it('is recognized with its environment and ID once it is complete', () => {
    const verdict = keyVerdict(` ${key}\n`, undefined);
    assert.deepEqual(verdict, {
      note: `A key for staging, ID ${id}. It is never written to files, settings or logs.`,
    });
  });

  it('is refused while incomplete, without quoting it', () => {
    const damaged = `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`;
    const verdict = keyVerdict(damaged, undefined);
    assert.equal(typeof verdict, 'string');
    assert.equal(String(verdict).includes(damaged.slice(-20)), false);
    assert.match(String(keyVerdict('', undefined)), /Paste the key/);
  });

  it('is refused for another environment', () => {
    assert.equal(keyVerdict(key, production), 'This is a key for staging. Enter a key for production.');
  });
});

describe('the Environments view', () => {
  it('shows who you are, with the policy in the tooltip', () => {
    const policy = ENVIRONMENTS[2]!.policy;
    const words = environmentWords('production', policy, aKey('production', 'approver'), true);
    assert.equal(words.description, 'mara.lindqvist · approver');
    assert.equal(words.context, ':environment:key:stored:');
    assert.match(words.tooltip(), /live in staging first/);
    assert.match(words.tooltip(), /need one approval by others/);
  });

  it('offers to set a missing key, and needs none for the embedded registry', () => {
    assert.equal(
      environmentWords('staging', undefined, { kind: 'none' }, true).context,
      ':environment:nokey:',
    );
    assert.equal(
      environmentWords('staging', undefined, aKey('staging', 'admin'), false).context,
      ':environment:key:',
    );
  });
});

describe('the status bar', () => {
  it('shows registry, environment and state', () => {
    const connected = {
      kind: 'connected',
      environment: 'development',
      actor: 'mara',
      role: 'author',
    } as const;
    assert.equal(
      statusWords(connected, 'https://prompts.example.com')?.text,
      '$(cloud) prompts.example.com · development',
    );
    assert.equal(
      statusWords({ kind: 'offline', why: 'x' }, 'embedded')?.text,
      '$(cloud-offline) embedded · offline',
    );
    assert.equal(statusWords({ kind: 'no-folder' }, undefined), undefined);
  });

  it('names the project when the window has several, and offers to switch first', () => {
    const words = statusWords({ kind: 'no-key' }, 'https://prompts.example.com', undefined, 'cards');
    assert.equal(words?.text, '$(key) cards · prompts.example.com · no key');
    assert.match(words?.tooltip ?? '', /^This window shows the project cards\. /);
    assert.equal(menuFor({ kind: 'no-key' }, 'embedded', true)[0]?.command, 'promptforge.switchProject');
  });

  it('warns when the person must act, but not when the registry is offline', () => {
    assert.equal(statusWords({ kind: 'refused', why: 'x' }, 'embedded')?.warning, true);
    assert.equal(statusWords({ kind: 'offline', why: 'x' }, 'embedded')?.warning, false);
  });

  it('counts what to pull, publish and merge, as git does beside a branch', () => {
    const words = statusWords(
      { kind: 'connected', environment: 'development', actor: 'ada', role: 'author' },
      'embedded',
      { incoming: 1, changes: 2, conflicts: 3 },
    );
    assert.equal(words?.text, '$(cloud) embedded · development 1↓ 2↑ 3!');
    assert.match(
      words?.tooltip ?? '',
      /1 prompt to pull\. 2 prompts changed here and not published\. 3 prompts changed here and in the registry\.$/,
    );
  });

  it('lists the most helpful command first', () => {
    assert.equal(menuFor({ kind: 'no-key' }, 'https://x')[0]?.command, 'promptforge.setKey');
    assert.equal(menuFor({ kind: 'offline', why: '' }, 'https://x')[0]?.command, 'promptforge.refresh');
    assert.equal(menuFor({ kind: 'untrusted' }, undefined)[0]?.command, 'workbench.trust.manage');
    assert.equal(
      menuFor({ kind: 'connecting' }, 'embedded').some(({ command }) => command === 'promptforge.setKey'),
      false,
    );
  });
});

describe('the request log', () => {
  it('contains method, path, status and duration, without query, headers or body', async () => {
    const lines: string[] = [];
    const log = { info: (line: string) => lines.push(line), warn: (line: string) => lines.push(line) };
    let time = 0;
    const clock = () => (time += 7);
    const fetch = loggedFetch(async () => new Response(null, { status: 201 }), log, clock);
    const headers = { authorization: 'Bearer pf_staging_secret' };
    await fetch(
      new Request('https://x.example/v1/prompts/a?channel=secret', {
        headers,
        method: 'POST',
        body: 'secret',
      }),
    );
    assert.deepEqual(lines, ['POST https://x.example/v1/prompts/a → 201 in 7 ms']);
  });

  it('contains the code of an error, not its message', async () => {
    const lines: string[] = [];
    const log = { info: (line: string) => lines.push(line), warn: (line: string) => lines.push(line) };
    const cause = Object.assign(new Error('secret'), { code: 'ECONNREFUSED' });
    const failing = loggedFetch(
      () => Promise.reject(new TypeError('fetch failed', { cause })),
      log,
      () => 0,
    );
    await assert.rejects(failing(new Request('https://x.example/')));
    assert.deepEqual(lines, ['GET https://x.example/ → no answer (ECONNREFUSED) after 0 ms']);
  });
});
