/**
 * Pages that messages in chats link to, and that open VS Code from the browser. They need no key and read nothing: a
 * page contains only what its address does.
 */
import { createHash } from 'node:crypto';
import { MEDIA } from '../../../contract/headers.ts';
import { editorLink } from '../../../core/editor-link.ts';
import { Problem } from '../../../core/problem.ts';
import { parseVersionReference, versionReference } from '../../../core/version.ts';
import { COMMON_HEADERS, type HttpResponse } from '../http-response.ts';
import type { Handler, RouteContext } from '../route-context.ts';

export const handleOpenPromotion: Handler<'openPromotion'> = async ({ publicUrl, parameters: { id } }) => {
  const registry = known(publicUrl);
  if (!/^[1-9][0-9]{0,14}$/.test(id))
    throw new Problem(
      'invalid_request',
      'This is not the id of a promotion: it is a number. Check the link.',
    );
  return page(`promotion ${id}`, editorLink({ kind: 'promotion', id, registry }), registry);
};

export const handleOpenVersion: Handler<'openVersion'> = async ({ publicUrl, query }) => {
  const registry = known(publicUrl);
  const { prompt, version } = parseVersionReference(query.ref);
  const reference = versionReference(prompt, version);
  return page(reference, editorLink({ kind: 'version', prompt, version, registry }), registry);
};

export const handleOpenOwners: Handler<'openOwners'> = async ({ publicUrl, query: { environment } }) => {
  const registry = known(publicUrl);
  return page(
    `the owners of ${environment}`,
    editorLink({ kind: 'owners', environment, registry }),
    registry,
  );
};

/** @throws Problem `route_not_found` */
function known(publicUrl: RouteContext['publicUrl']): string {
  if (publicUrl !== null) return publicUrl;
  throw new Problem(
    'route_not_found',
    'This registry cannot open VS Code, because its public URL is not set. Start it with --public-url.',
  );
}

const STYLE =
  'body{font:16px/1.5 system-ui,sans-serif;max-width:36em;margin:4em auto;padding:0 1em;color-scheme:light dark}';
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

function page(what: string, link: string, registry: string): HttpResponse {
  const [title, href, url] = [`Open ${what} in VS Code`, link, registry].map(escaped);
  const body = `<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="0; url=${href}">
<title>${title}</title>
<style>${STYLE}</style>
<h1>${title}</h1>
<p><a href="${href}">Open VS Code</a> if it does not open by itself. It needs the extension PromptForge.</p>
<p>The registry is ${url}.</p>
</html>
`;
  const headers = {
    ...COMMON_HEADERS,
    'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    'Content-Type': MEDIA.html,
    'Cache-Control': 'no-store',
  };
  return { status: 200, headers, body };
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
