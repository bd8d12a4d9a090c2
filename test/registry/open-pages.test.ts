/** The pages that chats link to, which send a browser on to VS Code. */
import assert from 'node:assert/strict';
import { type Answered, aRegistry, ask, assertProblem, type RegistryForTest } from './a-registry.ts';

const PUBLIC_URL = 'https://prompts.example.com/a&b';

describe('a page that opens something in VS Code', () => {
  let registry: RegistryForTest;
  before(async () => {
    registry = await aRegistry({ serving: { publicUrl: PUBLIC_URL } });
  });
  after(() => registry[Symbol.asyncDispose]());

  /** Without a key, as a browser asks. */
  const open = (path: string): Promise<Answered> => ask(registry.url, 'GET', path);
  const linksIn = ({ text }: Answered): string[] =>
    [...text.matchAll(/(?:url=|href=")([^"]*)"/g)].map(([, link = '']) => link.replaceAll('&amp;', '&'));

  it('links to a promotion, with its registry', async () => {
    const page = await open('/open/promotion/3');
    assert.equal(page.status, 200);
    const link = `vscode://promptforge.promptforge/promotion?id=3&registry=${encodeURIComponent(PUBLIC_URL)}`;
    assert.deepEqual(linksIn(page), [link, link]);
    assert.ok(page.text.includes('https://prompts.example.com/a&amp;b'));
  });
  it('links to a version', async () => {
    const link = new URL(linksIn(await open('/open/version?ref=support%2Ftriage%4012'))[0] ?? '');
    assert.deepEqual(
      [link.pathname, link.searchParams.get('ref'), link.searchParams.get('registry')],
      ['/version', 'support/triage@12', PUBLIC_URL],
    );
  });
  it('links to the owners of an environment', async () => {
    const link = new URL(linksIn(await open('/open/owners?environment=production'))[0] ?? '');
    assert.deepEqual(
      [link.pathname, link.searchParams.get('environment'), link.searchParams.get('registry')],
      ['/owners', 'production', PUBLIC_URL],
    );
    for (const query of ['', '?environment=', '?environment=%3Cscript%3E', '?environment=a&environment=b'])
      assertProblem(await open(`/open/owners${query}`), 422, 'invalid_request');
  });
  it('runs no scripts, cannot be framed and is not cached', async () => {
    const { headers } = await open('/open/promotion/3');
    assert.equal(headers.get('content-type'), 'text/html; charset=utf-8');
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.match(
      headers.get('content-security-policy') ?? '',
      /^default-src 'none'; style-src 'sha256-[^']+'; .*frame-ancestors 'none'$/,
    );
  });
  it('reads nothing, so it does not reveal whether a promotion or version exists', async () => {
    assert.equal((await open('/open/promotion/999999')).status, 200);
    assert.equal((await open('/open/version?ref=no/such@1')).status, 200);
  });
  it('is refused for an invalid promotion or version', async () => {
    for (const id of ['0', '-1', '1e3', '%3Cscript%3E', 'x'.repeat(50), '1'.repeat(16)])
      assertProblem(await open(`/open/promotion/${id}`), 422, 'invalid_request');
    for (const query of [
      '',
      '?ref=',
      '?ref=support/triage',
      '?ref=a@0',
      '?ref=a@1&ref=b@1',
      '?ref=a@1&key=pf_x',
    ])
      assertProblem(await open(`/open/version${query}`), 422, 'invalid_request');
    for (const name of ['<script>', '"onload="', '../../etc', 'a b'])
      assertProblem(await open(`/open/version?ref=${encodeURIComponent(name)}@1`), 422, 'invalid_name');
    assertProblem(
      await open('/open/promotion/3?registry=https://evil.example'),
      422,
      'invalid_request',
      /registry/,
    );
  });
  it('does not exist when the registry has no public URL', async () => {
    await using other = await aRegistry();
    for (const path of ['/open/promotion/3', '/open/version?ref=a@1'])
      assertProblem(await ask(other.url, 'GET', path), 404, 'route_not_found', /--public-url/);
  });
});
