/** Renders a prompt in the registry, with one request that also returns the metadata. */
import { asError } from './as-error.ts';
import { checkConversation } from './conversation.ts';
import { asObject, promptIn, promptOf } from './delivery.ts';
import { PromptForgeError } from './errors.ts';
import { exchange } from './exchange.ts';
import { freshnessOf } from './freshness.ts';
import { jsonOf } from './json-input.ts';
import type { Loader } from './loader.ts';
import { renderedOf } from './rendered.ts';
import type { Settings } from './settings.ts';
import type { FetchEvent, Message, Rendered, RenderOptions, Wanted } from './types.ts';

/** @throws PromptForgeError `invalid_input`, `unsupported` for a registry without metadata, errors of the request */
export async function renderRemotely(
  settings: Settings,
  tell: Loader['tell'],
  wanted: Wanted,
  input: Readonly<Record<string, unknown>>,
  options: RenderOptions,
): Promise<Rendered> {
  const { name, channel, version } = wanted;
  const { messages, context, strict, signal } = options;
  const around = jsonOf({ messages, context });
  checkConversation(around);
  const body = { input: jsonOf(input), channel, version, ...around, strict };
  const startedAt = settings.clock();
  let event: Omit<FetchEvent, 'duration'> = {
    ...wanted,
    unchanged: false,
    reference: undefined,
    error: undefined,
  };
  try {
    const { text } = await exchange(settings, { path: `/v1/prompts/${name}/-/render`, body, signal });
    const rendered = renderedIn(text, wanted, settings, startedAt);
    event = { ...event, reference: rendered.reference };
    return rendered;
  } catch (thrown) {
    const error = asError(thrown, 'not_a_registry', `The response from ${settings.url} cannot be read.`);
    event = { ...event, error };
    throw error;
  } finally {
    tell(settings.onFetch, { ...event, duration: settings.clock() - startedAt });
  }
}

/** @throws PromptForgeError `unsupported`, `wrong_environment`, `not_a_registry` */
function renderedIn(
  text: string,
  wanted: Wanted,
  { url, environment, clock }: Settings,
  startedAt: number,
): Rendered {
  let answer: Record<string, unknown>;
  try {
    answer = asObject(JSON.parse(text));
  } catch {
    answer = {};
  }
  const given = answer['messages'];
  if (answer['name'] === wanted.name && Array.isArray(given) && answer['metadata'] === undefined)
    throw new PromptForgeError(
      'unsupported',
      `The registry at ${url} is of an earlier release, which renders without metadata. Update it, or render locally.`,
    );
  const delivery = { ...answer, template: Array.isArray(given) ? '' : null };
  const prompt = promptIn(delivery, wanted, environment, url);
  const entry = {
    prompt,
    etag: '',
    checkedAt: startedAt,
    freshness: freshnessOf(null),
    size: 0,
    isStored: false,
  };
  return { ...promptOf(entry, 'network', clock()), ...renderedOf(given as Message[]) };
}
