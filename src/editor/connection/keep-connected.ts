/** The status follows a registry that goes away and comes back, in every window that is connected to one over HTTP. */
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
      // One that is only being asked who one is may be as silent as any other. Without a key nothing is sent.
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
