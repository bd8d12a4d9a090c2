/** Registers the pages of promotions: their command, and pages of an earlier window. Everything else is loaded on first use. */
import * as vscode from 'vscode';
import type { RegistryEvent } from '../../core/event.ts';
import { registerCommand } from '../commands.ts';
import type { Workbench } from '../workbench.ts';
import type { PromotionPanels } from './pages.ts';

export const VIEW_TYPE = 'promptforge.promotion';

/** @returns also a function that returns the pages once they are loaded */
export function registerPromotionPages(
  workbench: Workbench,
  extensionUri: vscode.Uri,
): vscode.Disposable & {
  readonly pages: () => Promise<PromotionPanels>;
  /** Called with new events of the registry's log. */
  heard(events: readonly RegistryEvent[]): void;
} {
  let loading: Promise<PromotionPanels> | undefined;
  let loaded: PromotionPanels | undefined;
  const pages = () => {
    loading ??= import('./pages.ts').then(({ PromotionPanels }) => {
      loaded = new PromotionPanels(workbench, extensionUri);
      return loaded;
    });
    return loading;
  };
  const registered = vscode.Disposable.from(
    registerCommand('openPromotion', 'Opening the promotion', workbench.report, async argument =>
      (await pages()).show(argument),
    ),
    vscode.window.registerWebviewPanelSerializer(VIEW_TYPE, {
      deserializeWebviewPanel: async (panel, state) => (await pages()).restore(panel, state),
    }),
  );
  return {
    pages,
    heard: events => loaded?.heard(events),
    dispose() {
      registered.dispose();
      loaded?.dispose();
    },
  };
}
