/** A client for tests of applications: the real one, but with texts from the test instead of a registry. */
import { createClient } from './client.ts';
import { asObject, NO_METADATA } from './delivery.ts';
import { type ErrorCode, PromptForgeError } from './errors.ts';
import type {
  AnyPrompts,
  ClientOptions,
  Message,
  Metadata,
  NameOf,
  Prompt,
  PromptClient,
  PromptTypes,
  Wanted,
} from './types.ts';

export { PromptForgeError };

export interface TestPrompt {
  /** The template. */
  readonly text: string;
  /** Default: 1. */
  readonly version?: number;
  readonly metadata?: Partial<Metadata>;
}

export interface TestClient<Of extends PromptTypes<Of> = AnyPrompts> extends PromptClient<Of> {
  /** Replaces a prompt in all channels. Listeners of `watch` are called if its version differs. */
  set(name: NameOf<Of>, prompt: string | TestPrompt): void;
  /** Makes every request fail with this code; undefined lets requests succeed again. */
  fail(code: 'unreachable' | 'unavailable' | 'rate_limited' | 'key_refused' | undefined): void;
}

interface Found {
  readonly about: Omit<Prompt, 'text' | 'age' | 'source'>;
  readonly text: string;
}

/** The body of a request to render. */
interface Rendering extends Omit<Wanted, 'name'> {
  readonly input?: Readonly<Record<string, unknown>>;
  readonly messages?: readonly Message[];
  readonly context?: Readonly<Record<string, unknown>>;
}

/** The status of the registry's problem, by the client's error code. */
const STATUS = { unavailable: 503, rate_limited: 429, key_refused: 401 } as const;
/** Nothing is fresh, so that every call sees the test's current text; while requests fail, the last text is returned. */
const FRESHNESS = 'max-age=0, stale-if-error=31536000';
/** Milliseconds by which a change moves the client's clock forward: it remembers no failure for longer. */
const PASSES = 60_000;
const KEY = 'pf_test_000000000000_test';

/**
 * Creates a client that sends no requests.
 * @param prompts texts or prompts by name; each is the only version, in all channels
 * @param options as for `createClient`
 */
export function createTestClient<Of extends PromptTypes<Of> = AnyPrompts>(
  prompts: { readonly [Name in NameOf<Of>]?: string | TestPrompt } = {},
  options: Partial<Omit<ClientOptions, 'url' | 'key' | 'fetch'>> = {},
): TestClient<Of> {
  const environment = options.environment ?? 'test';
  const known = new Map<string, string | TestPrompt>(Object.entries(prompts));
  let failing: ErrorCode | undefined;
  /** Milliseconds that the client's clock is ahead. */
  let ahead = 0;

  /** The number of changes that the test made: the position in the feed that `watch` follows. */
  let changes = 0;
  const waiting = new Set<() => void>();
  const changed = (): void => {
    ahead += PASSES;
    changes += 1;
    for (const each of waiting) each();
    waiting.clear();
  };

  /** Responds when the test has changed something, or at once to `wait=0`. */
  const feed = async (
    parameters: URLSearchParams,
    signal: AbortSignal | null | undefined,
  ): Promise<Response> => {
    if (parameters.get('wait') !== '0' && parameters.get('after') === String(changes))
      await new Promise<void>(resolve => {
        waiting.add(resolve);
        signal?.addEventListener('abort', () => resolve(), { once: true });
      });
    return answered({ cursor: String(changes) });
  };

  /** A version or a problem, like the registry's response. */
  const found = (name: string, wanted: Omit<Wanted, 'name'>): Found | Response => {
    const given = known.get(name);
    if (given === undefined) return problem(404, name === '' ? 'route_not_found' : 'prompt_not_found');
    const { text, metadata, version = 1 } = typeof given === 'string' ? { text: given } : given;
    if ((wanted.version ?? version) !== version) return problem(404, 'version_not_found');
    const about = {
      name,
      version,
      reference: `${name}@${version}`,
      digest: `sha256:${'0'.repeat(64)}`,
      channel: wanted.version === undefined ? (wanted.channel ?? 'stable') : null,
      environment,
      metadata: { ...NO_METADATA, ...metadata },
    };
    return { about, text };
  };

  const rendered = async (name: string, body: string): Promise<Response> => {
    const { input, messages, context, ...wanted } = JSON.parse(body) as Rendering;
    const prompt = found(name, wanted);
    if (prompt instanceof Response) return prompt;
    const { renderPrompt } = await import('./render.ts');
    try {
      const all = { ...prompt.about, text: prompt.text, age: 0, source: 'network' } as const;
      return answered({
        ...prompt.about,
        messages: renderPrompt(all, input, { messages, context }).messages,
      });
    } catch (error) {
      if (!PromptForgeError.is(error)) throw error;
      return problem(422, error.code, { detail: error.message, missing: error.missing });
    }
  };

  const answer = (path: string, init: RequestInit = {}): Response | Promise<Response> => {
    if (failing === 'unreachable') throw new TypeError('The test says so');
    if (failing !== undefined) return problem(STATUS[failing as keyof typeof STATUS], failing);
    const [, changesQuery] = /^\/v1\/deliveries\/changes\?(.*)$/.exec(path) ?? [];
    if (changesQuery !== undefined) return feed(new URLSearchParams(changesQuery), init.signal);
    const [, toRender] = /^\/v1\/prompts\/(.*)\/-\/render$/.exec(path) ?? [];
    if (toRender !== undefined) return rendered(toRender, String(init.body));
    const [, name = '', query = ''] = /^\/v1\/prompts\/([^?]*)\??(.*)$/.exec(path) ?? [];
    const parameters = new URLSearchParams(query);
    const version = parameters.get('version');
    const prompt = found(name, {
      channel: parameters.get('channel') ?? undefined,
      version: version === null ? undefined : Number(version),
    });
    return prompt instanceof Response ? prompt : answered({ ...prompt.about, template: prompt.text });
  };

  const client = createClient<Of>({
    retries: 0,
    ...options,
    environment,
    now: () => (options.now?.() ?? Date.now()) + ahead,
    url: 'https://prompts.test',
    key: KEY.replace('_test_', `_${environment}_`),
    fetch: async (url, init) => answer(String(url).slice('https://prompts.test'.length), init),
  });
  return {
    ...client,
    set(name, prompt) {
      known.set(name, prompt);
      changed();
    },
    fail(code) {
      failing = code;
      changed();
    },
  };
}

function answered(body: object): Response {
  return Response.json(body, { headers: { 'PromptForge-Api': '1', 'Cache-Control': FRESHNESS } });
}

function problem(status: number, code: string, more: object = {}): Response {
  const detail = asObject(DETAILS)[code] ?? `The test's client answers ${status}.`;
  return Response.json(
    { type: `urn:promptforge:problem:${code}`, title: code, status, detail, code, ...more },
    { status, headers: { 'Content-Type': 'application/problem+json', 'PromptForge-Api': '1' } },
  );
}

const DETAILS = { prompt_not_found: 'The test gives no prompt of this name. Add it to createTestClient().' };
