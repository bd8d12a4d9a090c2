/** Rendering over HTTP: turns a version and an input into text or Dotprompt messages. */
import { HEADER, MEDIA } from '../../../contract/headers.ts';
import { versionReference } from '../../../core/version.ts';
import { chooseVersion } from '../../delivery/choose-version.ts';
import { deliveryHeaders } from '../../delivery/headers.ts';
import { negotiate } from '../accept.ts';
import { noneMatchFails } from '../conditional.ts';
import type { Handler } from '../route-context.ts';

export const handleRender: Handler<'render'> = async call => {
  const { store, contents, caller, parameters, body, bytes, request, work, asker } = call;
  const type = negotiate(request.header('accept'), ['text/plain', 'application/json']);
  const { name: prompt } = parameters;
  const { environment } = caller;
  const { chosen, prepare } = await store.read(async snapshot => {
    const chosen = await chooseVersion(snapshot, environment, prompt, body);
    return { chosen, prepare: await contents(snapshot, prompt, chosen.version) };
  });
  const content = await prepare(caller.key);
  const { version, channel } = chosen;
  const reference = versionReference(prompt, version);
  const { source, partials, digest, metadata } = content;
  const about = {
    ...{ name: prompt, version, reference, digest, environment, channel },
    // Included so that one request is enough to call a model.
    ...(type === 'application/json' && { metadata }),
  };
  const rendered = await work.render(
    { source, partials, label: reference, body: bytes, type, about },
    asker(),
  );
  // Another input renders another text of the same version, so the digest alone is not unique.
  const etag = `"${digest}-${rendered.hash.slice(0, 16)}"`;
  const headers = {
    ...deliveryHeaders({ ...chosen, prompt, environment, ...content }, etag),
    // The request's body is not part of a cache key.
    'Cache-Control': 'private, no-cache',
    'CDN-Cache-Control': 'no-store',
    Vary: `Authorization, Accept`,
  };
  if (noneMatchFails(request.header('if-none-match'), etag)) return { status: 304, headers, body: null };
  const contentType = type === 'text/plain' ? MEDIA.text : MEDIA.json;
  return {
    status: 200,
    headers: { 'Content-Type': contentType, ...headers, [HEADER.version]: reference },
    body: rendered.text,
  };
};
