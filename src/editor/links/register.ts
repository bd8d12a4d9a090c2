/** Handles VS Code's links to this extension; the code that opens them is loaded with the first one. */
import * as vscode from 'vscode';
import type { Workbench } from '../workbench.ts';

export interface Links extends vscode.Disposable {
  /** Resolves when the link was opened or an error was shown. Never rejects. */
  open(uri: Pick<vscode.Uri, 'path' | 'query'>): Promise<void>;
}

export function registerLinks(workbench: Workbench): Links {
  let opener: Promise<Links['open']> | undefined;
  const open: Links['open'] = async uri => {
    opener ??= import('./open-link.ts').then(({ linkOpener }) => linkOpener(workbench));
    await (await opener)(uri);
  };
  const registered = vscode.window.registerUriHandler({ handleUri: uri => open(uri) });
  return { open, dispose: () => registered.dispose() };
}
