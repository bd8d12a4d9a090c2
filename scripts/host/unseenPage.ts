// Opens a page without a Playwright `Page`, for which Chromium reports all network traffic: each message between a
// workbench and its extension host would then pass through three more processes.

import type { Browser, CDPSession } from 'playwright-core';
import { PAGE_SCRIPTS } from './pageScripts.ts';

/** Functions that scripts of the page can call by name. The arguments are passed as JSON, errors as their stack. */
export type Exposed = Readonly<Record<string, (...args: unknown[]) => void>>;

export interface UnseenPage {
  /** Resolves when the page begins to load. @throws {Error} if the address cannot be reached */
  goto(address: string): Promise<void>;
}

/** Opens a page without data from earlier ones, where scripts may use the clipboard. It closes with the browser. */
export async function openUnseenPage(browser: Browser, exposed: Exposed): Promise<UnseenPage> {
  const all = await browser.newBrowserCDPSession();
  const { browserContextId } = await all.send('Target.createBrowserContext');
  const permissions = ['clipboardReadWrite' as const, 'clipboardSanitizedWrite' as const];
  await all.send('Browser.grantPermissions', { browserContextId, permissions });
  const { targetId } = await all.send('Target.createTarget', { url: 'about:blank', browserContextId });
  const { sessionId } = await all.send('Target.attachToTarget', { targetId });
  const page = new PageSession(all, sessionId);

  page.onBinding = payload => {
    const [name, args] = JSON.parse(payload) as [string, unknown[]];
    exposed[name]?.(...args);
  };
  await page.send('Runtime.enable');
  await page.send('Runtime.addBinding', { name: BINDING });
  await page.send('Page.enable');
  const scripts = [PAGE_SCRIPTS, ...Object.keys(exposed).map(callingScript)].join('\n');
  await page.send('Page.addScriptToEvaluateOnNewDocument', { source: scripts });
  // Small, because without a graphics card each pixel costs processor time.
  const metrics = { width: 1024, height: 640, deviceScaleFactor: 1, mobile: false };
  await page.send('Emulation.setDeviceMetricsOverride', metrics);
  await page.send('Emulation.setFocusEmulationEnabled', { enabled: true });
  const features = [
    { name: 'prefers-reduced-motion', value: 'reduce' },
    { name: 'prefers-color-scheme', value: 'light' },
  ];
  await page.send('Emulation.setEmulatedMedia', { features });
  return {
    async goto(url) {
      const { errorText } = await page.send('Page.navigate', { url });
      if (errorText) throw new Error(`Chromium cannot open ${url}: ${errorText}`);
    },
  };
}

const BINDING = 'tellWhoOpenedThePage';

function callingScript(name: string): string {
  return `globalThis[${JSON.stringify(name)}] = (...args) => {
    const plain = (_, value) => (value instanceof Error ? value.stack : value);
    const tell = args => ${BINDING}(JSON.stringify([${JSON.stringify(name)}, args], plain));
    try {
      tell(args);
    } catch {
      tell(args.map(String)); // something in them holds itself
    }
  };`;
}

type Answer = { readonly id?: number; readonly method?: string } & Readonly<Record<string, unknown>>;
type Asked = ReturnType<typeof Promise.withResolvers<Readonly<Record<string, unknown>>>>;

/** A DevTools protocol session of one page, whose messages are wrapped in those of the browser's session. */
class PageSession {
  onBinding: (payload: string) => void = () => undefined;
  readonly #browser: CDPSession;
  readonly #id: string;
  readonly #asked = new Map<number, Asked>();
  #last = 0;

  constructor(browser: CDPSession, id: string) {
    this.#browser = browser;
    this.#id = id;
    browser.on('Target.receivedMessageFromTarget', ({ sessionId, message }) => {
      if (sessionId === id) this.#hear(JSON.parse(message) as Answer);
    });
  }

  async send(method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> {
    const asked: Asked = Promise.withResolvers();
    this.#last += 1;
    this.#asked.set(this.#last, asked);
    const message = JSON.stringify({ id: this.#last, method, params });
    await this.#browser.send('Target.sendMessageToTarget', { sessionId: this.#id, message });
    return asked.promise;
  }

  #hear({ id, method, ...rest }: Answer): void {
    if (method === 'Runtime.bindingCalled') {
      const { name, payload } = rest['params'] as { name: string; payload: string };
      if (name === BINDING) this.onBinding(payload);
    }
    if (id === undefined) return;
    const { error, result } = rest as {
      error?: { message: string };
      result?: Readonly<Record<string, unknown>>;
    };
    if (error === undefined) this.#asked.get(id)?.resolve(result ?? {});
    else this.#asked.get(id)?.reject(new Error(error.message));
    this.#asked.delete(id);
  }
}
