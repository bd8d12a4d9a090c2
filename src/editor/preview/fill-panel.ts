/** Sets a preview panel's icon, permissions and page. */
import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { pageHtml } from './page.ts';

/** Register listeners for messages before calling this. */
export function fillPanel(panel: vscode.WebviewPanel, extensionUri: vscode.Uri): void {
  const { webview } = panel;
  const media = vscode.Uri.joinPath(extensionUri, 'media');
  const uriOf = (...path: string[]) => webview.asWebviewUri(vscode.Uri.joinPath(media, ...path)).toString();
  panel.iconPath = {
    light: vscode.Uri.joinPath(media, 'prompt-file-light.svg'),
    dark: vscode.Uri.joinPath(media, 'prompt-file-dark.svg'),
  };
  webview.options = { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(media, 'preview')] };
  webview.html = pageHtml({
    cspSource: webview.cspSource,
    nonce: randomBytes(24).toString('base64url'),
    scriptUri: uriOf('preview', 'preview.js'),
    styleUri: uriOf('preview', 'preview.css'),
  });
}
