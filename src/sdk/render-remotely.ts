/** Rendering by the registry: one request that brings the metadata as well. */
import { checkConversation } from './conversation.ts';
import { asObject, promptIn, promptOf } from './delivery.ts';
import { PromptForgeError } from './errors.ts';
import { exchange } from './exchange.ts';
import { freshnessOf } from './freshness.ts';
import { jsonOf } from './json-input.ts';
import { renderedOf } from './rendered.ts';
import type { Settings } from './settings.ts';
import type { Message, Rendered, RenderOptions, Wanted } from './types.ts';

/** @throws PromptForgeError */
export async function renderRemotely(
  settings: Settings,
  wanted: Wanted,
  input: Readonly<Record<string, unknown>>,
  { messages, context, strict, signal }: RenderOptions,
): Promise<Rendered> {
  const { url, environment, clock } = settings;
  const { name, channel, version } = wanted;
  const around = jsonOf({ messages, context });
  checkConversation(around);
  const body = { input: jsonOf(input), channel, version, ...around, strict };
  const startedAt = clock();
  const { text } = await exchange(settings, { path: `/v1/prompts/${name}/-/render`, body, signal });
  let answer: Record<string, unknown>;
  try {
    answer = asObject(JSON.parse(text));
  } catch {
    answer = {};
  }
  const given = answer['messages'];
  if (answer['name'] === name && Array.isArray(given) && answer['metadata'] === undefined)
    throw new PromptForgeError(
      'unsupported',
      `The registry at ${url} is of an earlier release, which renders without metadata. Update it, or render locally.`,
    );
  const prompt = promptIn(
    { ...answer, template: Array.isArray(given) ? '' : null },
    wanted,
    environment,
    url,
  );
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
