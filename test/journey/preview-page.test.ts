import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { ROOT } from '../../scripts/projectRoot.ts';
import type { Rendering, ScrollPlace, ToPreviewPage } from '../../src/editor/preview/messages.ts';
import { pageHtml } from '../../src/editor/preview/page.ts';
import { sharedBrowser, stopSharedHost } from './support/shared-host.ts';
import { until } from './support/waiting.ts';

const ORIGIN = 'https://preview.example';

describe('the preview page in a browser', () => {
  after('ends the browser', stopSharedHost);

  it('scrolls to the end with its editor, whichever renderings arrive in between', async () => {
    const [short, long] = [textOf(3), textOf(200)];
    const end: ScrollPlace = { prompt: null, offset: long.length, share: 1 };
    const scroll: ToPreviewPage = { type: 'scroll', place: end, edits: 1 };
    const [before, newest] = [renderingOf(short, 0), renderingOf(long, 1)];
    for (const messages of [
      [before, newest, scroll],
      [before, scroll, newest],
      [scroll, before, newest],
      [before, scroll, before, newest],
      [before, scroll, before, before, newest, newest],
    ]) {
      await using page = await openPage();
      for (const message of messages) await page.hear(message);
      await until('the end of the page', async () => {
        const left = await page.left();
        return { found: left < 10 || undefined, seen: [String(left)] };
      });
    }
  });

  it('keeps the position the person scrolled to, whatever is rendered afterwards', async () => {
    await using page = await openPage();
    const text = textOf(200);
    await page.hear(renderingOf(text, 0));
    await page.hear({ type: 'scroll', place: { prompt: null, offset: text.length, share: 1 }, edits: 1 });
    await until('the end of the page', async () => ({
      found: (await page.left()) < 10 || undefined,
      seen: [],
    }));
    await page.scrollTo(500);
    await page.hear(renderingOf(`${text} More.`, 1));
    assert.equal(await page.top(), 500);
    assert.deepEqual(
      (await page.said()).filter(type => type === 'scrolled'),
      ['scrolled'],
    );
  });
});

function textOf(lines: number): string {
  return Array.from({ length: lines }, (_, index) => `Line ${index + 1}.`).join('\n\n');
}

function renderingOf(text: string, edits: number): ToPreviewPage {
  const stretch = { source: { prompt: null, start: 0, end: text.length }, start: 0, end: text.length };
  const rendering: Rendering = {
    kind: 'rendered',
    hasRoles: false,
    messages: [{ role: 'user', parts: [{ kind: 'text', text, spans: [], stretches: [stretch] }] }],
    missing: [],
    characters: text.length,
    words: 0,
    tokens: { count: 0, encoding: 'o200k_base' },
    left: 0,
  };
  return { type: 'rendering', rendering, edits };
}

interface OpenPage extends AsyncDisposable {
  /** Tells the page, and waits until it has drawn whatever it draws of that. */
  hear(message: ToPreviewPage): Promise<void>;
  scrollTo(height: number): Promise<void>;
  /** CSS pixels from the top, and to the end. */
  top(): Promise<number>;
  left(): Promise<number>;
  /** The types of what the page told the extension. */
  said(): Promise<string[]>;
}

/** The page as VS Code would load it, in a browser of its own. */
async function openPage(): Promise<OpenPage> {
  const window = await (await sharedBrowser()).newContext({ viewport: { width: 600, height: 500 } });
  const page = await window.newPage();
  await page.addInitScript({
    content: `{
      const said = [];
      globalThis.said = said;
      globalThis.acquireVsCodeApi = () => ({
        postMessage: ({ type }) => said.push(type), setState() {}, getState() {},
      });
    }`,
  });
  await page.route(`${ORIGIN}/**`, async route => {
    const { pathname } = new URL(route.request().url());
    if (pathname !== '/')
      return route.fulfill({
        body: await readFile(join(ROOT, 'media', pathname)),
        contentType: typeOf(pathname),
      });
    const [scriptUri, styleUri] = [`${ORIGIN}/preview/preview.js`, `${ORIGIN}/preview/preview.css`];
    const body = pageHtml({ cspSource: ORIGIN, nonce: 'n0nce', scriptUri, styleUri });
    return route.fulfill({ body, contentType: 'text/html' });
  });
  await page.goto(`${ORIGIN}/`);
  const read = <T>(expression: string): Promise<T> => page.evaluate<T>(expression);
  return {
    async hear(message) {
      await read(`window.postMessage(${JSON.stringify(message)}, '*')`);
      await frames(page);
    },
    async scrollTo(height) {
      await read(`window.scrollTo(0, ${height})`);
      await frames(page);
    },
    top: () => read('window.scrollY'),
    left: () => read('document.documentElement.scrollHeight - window.innerHeight - window.scrollY'),
    said: () => read('globalThis.said'),
    [Symbol.asyncDispose]: () => window.close(),
  };
}

/** Passes as many frames as the page looks ahead, and one more. */
function frames(page: Page): Promise<void> {
  return page.evaluate(
    'new Promise(done => setTimeout(() => { let left = 4; const next = () => (left-- > 0 ? requestAnimationFrame(next) : done()); next(); }))',
  );
}

function typeOf(path: string): string {
  return path.endsWith('.css') ? 'text/css' : 'text/javascript';
}
