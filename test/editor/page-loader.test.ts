/** Pages that VS Code does not load: they are filled again, and the person is told if that does not help. */
import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type * as vscode from 'vscode';
import { PageLoader } from '../../src/editor/work/page-loader.ts';
import { eventually } from '../eventually.ts';

const PATIENCE = [3, 3, 3];

/** A webview whose page loads when `say` is called. */
class Webview {
  readonly #events = new EventEmitter();
  visible: boolean;
  fills = 0;
  failures = 0;
  readonly loader: PageLoader;

  constructor({
    visible = true,
    onFill = () => {},
  }: { visible?: boolean; onFill?: (fills: number) => void }) {
    this.visible = visible;
    const heard =
      <T>(name: string): vscode.Event<T> =>
      listener => {
        this.#events.on(name, listener);
        return { dispose: () => this.#events.off(name, listener) };
      };
    const seen = (): boolean => this.visible;
    this.loader = new PageLoader({
      panel: {
        get visible() {
          return seen();
        },
        onDidChangeViewState: heard('state'),
        webview: { onDidReceiveMessage: heard('message') },
      },
      fill: () => {
        this.fills += 1;
        onFill(this.fills);
      },
      onFailed: () => {
        this.failures += 1;
      },
      patience: PATIENCE,
    });
  }

  say(): void {
    this.#events.emit('message', { type: 'ready' });
  }

  show(visible: boolean): void {
    this.visible = visible;
    this.#events.emit('state');
  }

  get listeners(): number {
    return this.#events.listenerCount('message') + this.#events.listenerCount('state');
  }
}

/** By then whatever waits as long has had its turn. */
async function allOthersHaveWaited(): Promise<void> {
  const never = new Webview({});
  await eventually('a page to be given up', () => never.failures > 0);
  never.loader.dispose();
}

describe('loading a webview page', () => {
  it('sets its content again until it loads, and then stops', async () => {
    const webview: Webview = new Webview({
      onFill: fills => {
        if (fills === 3) setImmediate(() => webview.say());
      },
    });
    await eventually('the page to be filled thrice', () => webview.fills === 3);
    await allOthersHaveWaited();
    assert.deepEqual([webview.fills, webview.failures], [3, 0]);
    webview.loader.dispose();
  });

  it('gives up once after the maximum number of attempts', async () => {
    const webview = new Webview({});
    await eventually('the end', () => webview.failures > 0);
    await allOthersHaveWaited();
    assert.deepEqual([webview.fills, webview.failures], [PATIENCE.length, 1]);
    webview.loader.dispose();
  });

  it('pauses while the page is hidden, and continues when it is shown', async () => {
    const webview = new Webview({ visible: false });
    await allOthersHaveWaited();
    assert.deepEqual([webview.fills, webview.failures], [1, 0]);
    webview.show(true);
    await eventually('another filling', () => webview.fills > 1);
    webview.say();
    const { fills } = webview;
    // Something else about the panel has changed: the page stays.
    webview.show(true);
    await allOthersHaveWaited();
    assert.equal(webview.fills, fills);
    webview.loader.dispose();
  });

  it('stops when the panel is closed', async () => {
    const webview = new Webview({});
    webview.loader.dispose();
    await allOthersHaveWaited();
    assert.deepEqual([webview.fills, webview.failures, webview.listeners], [1, 0, 0]);
  });
});
