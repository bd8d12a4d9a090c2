/** Registers the preview: its commands and its panel of an earlier window. Everything else is loaded on first use. */
import * as vscode from 'vscode';
import { registerCommand } from '../commands.ts';
import type { Workbench } from '../workbench.ts';
import type { Previews } from './previews.ts';

export const VIEW_TYPE = 'promptforge.preview';

/** @returns also a function that returns the previews once they are loaded */
export function registerPreview(
  workbench: Workbench,
  extensionUri: vscode.Uri,
  memory: vscode.Memento,
): vscode.Disposable & { readonly previews: () => Promise<Previews> } {
  let loading: Promise<Previews> | undefined;
  let loaded: Previews | undefined;
  const previews = () => {
    loading ??= import('./previews.ts').then(({ Previews }) => {
      loaded = new Previews(workbench, extensionUri, memory);
      return loaded;
    });
    return loading;
  };
  const command = (id: string, doing: string, run: (previews: Previews, argument: unknown) => unknown) =>
    registerCommand(id, doing, workbench.report, async argument => run(await previews(), argument));
  const registered = vscode.Disposable.from(
    command('openPreviewToSide', 'Opening the preview', (all, argument) => all.open(argument)),
    command('previewCopyText', 'Copying the text', all => all.copy('text')),
    command('previewCopyMessages', 'Copying the messages', all => all.copy('messages')),
    command('previewCopyCurl', 'Copying the command', all => all.copy('curl')),
    command('previewSaveSample', 'Saving the sample', all => all.saveSample()),
    command('previewPasteJson', 'Opening the JSON field', all => all.showJson()),
    command('previewLock', 'Locking the preview', all => all.lock(true)),
    command('previewUnlock', 'Unlocking the preview', all => all.lock(false)),
    command('previewShowSource', 'Showing the source', all => all.showSource()),
    command('previewDifference', 'Comparing the rendered texts', (all, argument) => all.difference(argument)),
    vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, {
      deserializeWebviewPanel: async (panel, state) => (await previews()).restore(panel, state),
    }),
  );
  return {
    previews,
    dispose() {
      registered.dispose();
      loaded?.dispose();
    },
  };
}
