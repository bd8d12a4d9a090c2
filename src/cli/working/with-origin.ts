/**
 * Publishes with an origin. A registry of an earlier release has no field for it: there it becomes git trailers of the
 * message, like that release's command wrote, so that it is stored exactly once.
 */
import type { RegistryClient } from '../../client/registry-client.ts';
import type { PublishRequest } from '../../contract/prompts.ts';
import type { VersionOrigin } from '../../core/origin.ts';
import { Problem } from '../../core/problem.ts';

/** The calls of a registry that publishing needs. */
export type Publisher = Pick<
  RegistryClient,
  'publish' | 'tryPublish' | 'getVersion' | 'getSources' | 'batch'
>;

/** The longest message that the API allows. */
const MAX_MESSAGE = 4000;

export function withOrigin(client: Publisher, origin: VersionOrigin | undefined): Publisher {
  if (origin === undefined) return client;
  let hasField = true;
  async function stated<Answer>(
    request: PublishRequest,
    send: (request: PublishRequest) => Promise<Answer>,
  ): Promise<Answer> {
    if (hasField)
      try {
        return await send({ ...request, origin });
      } catch (error) {
        if (!isUnknownField(error)) throw error;
        hasField = false;
      }
    return send({ ...request, message: withTrailers(request.message, origin ?? {}) });
  }
  return {
    publish: (name, request, ...more) => stated(request, each => client.publish(name, each, ...more)),
    tryPublish: (name, request, ...more) => stated(request, each => client.tryPublish(name, each, ...more)),
    getVersion: (...given) => client.getVersion(...given),
    getSources: (...given) => client.getSources(...given),
    batch: (...given) => client.batch(...given),
  };
}

/** An error about a value, unlike one about an unknown field, has a position inside the field. */
function isUnknownField(error: unknown): boolean {
  if (!Problem.is(error, 'invalid_request')) return false;
  return error.details.fields?.some(({ pointer }) => pointer === '/origin') === true;
}

/** Appends trailers to the message (git-interpret-trailers); returns it unchanged if they do not fit. */
export function withTrailers(message: string, { commit, author, pullRequest }: VersionOrigin): string {
  const trailers = Object.entries({ Commit: commit, Author: author, 'Pull-Request': pullRequest });
  const below = trailers.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
  if (below.length === 0) return message;
  const whole = [...(message === '' ? [] : [message.trimEnd(), '']), ...below].join('\n');
  return whole.length <= MAX_MESSAGE ? whole : message;
}
