/** Rendering over HTTP: a version and an input become text, or Dotprompt messages. */
import { hash } from 'node:crypto';
import { HEADER, MEDIA } from '../../../contract/headers.ts';
import { render } from '../../../core/render.ts';
import { sourceKindOf } from '../../../core/source.ts';
import { versionReference } from '../../../core/version.ts';
import { chooseVersion } from '../../delivery/choose-version.ts';
import { deliveryHeaders } from '../../delivery/headers.ts';
import { negotiate } from '../accept.ts';
import type { Handler } from '../call.ts';
import { noneMatchFails } from '../conditional.ts';

type Messages = NonNullable<Parameters<typeof render>[0]['messages']>;

export const handleRender: Handler<'render'> = async ({
  store,
  contents,
  caller,
  parameters,
  body,
  request,
}) => {
  const type = negotiate(request.header('accept'), ['text/plain', 'application/json']);
  const { name: prompt } = parameters;
  const { environment } = caller;
  const { chosen, content } = await store.read(async snapshot => {
    const chosen = await chooseVersion(snapshot, environment, prompt, body);
    return { chosen, content: await contents(snapshot, prompt, chosen.version) };
  });
  const { version, channel } = chosen;
  const reference = versionReference(prompt, version);
  const { source, partials, digest } = content;
  const { input, context, strict } = body;
  const messages = body.messages as Messages | undefined;
  const label = reference;
  const rendered = await render({
    source,
    kind: sourceKindOf(prompt),
    isPublished: true,
    partials,
    input,
    strict,
    label,
    ...(messages && { messages }),
    ...(context && { context }),
  });
  const whole = {
    name: prompt,
    version,
    reference,
    digest,
    environment,
    channel,
    messages: rendered.messages,
  };
  const text = type === 'text/plain' ? rendered.text : JSON.stringify(whole);
  // Another input gives another text of the same version, so the digest alone does not name it.
  const etag = `"${digest}-${hash('sha256', `${type}\n${text}`, 'hex').slice(0, 16)}"`;
  const headers = {
    ...deliveryHeaders({ ...chosen, prompt, environment, ...content }, etag),
    // What stands in the request's body is no part of a cache's key.
    'Cache-Control': 'private, no-cache',
    'CDN-Cache-Control': 'no-store',
    Vary: `Authorization, Accept`,
  };
  if (noneMatchFails(request.header('if-none-match'), etag)) return { status: 304, headers, body: null };
  const contentType = type === 'text/plain' ? MEDIA.text : MEDIA.json;
  return {
    status: 200,
    headers: { 'Content-Type': contentType, ...headers, [HEADER.version]: reference },
    body: text,
  };
};
