/** Updates the status when a registry becomes unreachable or available, in every window that is connected over HTTP. */
import * as vscode from 'vscode';
import { EMBEDDED } from '../versions/uri.ts';
import type { Workbench } from '../workbench.ts';
import { type ConnectionWatch, watchConnection } from './watch-connection.ts';

export function registerKeepConnected({
  session,
  prompts,
  log,
}: Pick<Workbench, 'session' | 'prompts' | 'log'>): vscode.Disposable & Pick<ConnectionWatch, 'soon'> {
  const watch = watchConnection({
    state() {
      const { registry, state } = session;
      if (registry === undefined || registry === EMBEDDED) return 'unwatched';
      // A registry may also stop responding while the identity is requested. Without a key, nothing is sent.
      if (state.kind === 'connected' || (state.kind === 'connecting' && state.isAsked)) return 'connected';
      return state.kind === 'offline' ? 'offline' : 'unwatched';
    },
    ask: () => session.ask(),
    lost(error) {
      if (session.state.kind !== 'offline') log.warn(`The registry does not answer: ${String(error)}`);
      session.note(error);
    },
    async back() {
      log.info('The registry answers again.');
      await prompts.refresh();
    },
  });
  watch.begin();
  return Object.assign(
    vscode.Disposable.from(
      session.onDidChange(() => watch.begin()),
      new vscode.Disposable(() => watch[Symbol.dispose]()),
    ),
    { soon: () => watch.soon() },
  );
}
