/**
 * What the window tells and shows, waited for: the extension host learns of tabs and editors by events, and a command
 * does not wait until its last message was dealt with.
 */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { folderOf, type PromptName } from '../../../src/core/name.ts';
import type { ExplorerNode } from '../../../src/editor/explorer/nodes.ts';
import { eventually } from '../../eventually.ts';
import { activeTab, inside } from './inside.ts';
import type { ScriptedAsk, Told } from './scripted-ask.ts';

/** An age as the extension writes it, for a thing that this run has done. */
export const AGE = /(?:just now|\d+ minutes? ago)/.source;

/** The line with `AGE` for each age in it: a minute may be over between two looks. */
export function withoutAges(line: string): string {
  return line.replaceAll(new RegExp(AGE, 'g'), 'AGE');
}

/** The first message that matches, or the first of all. */
export async function told(ask: ScriptedAsk, message = /./): Promise<Told> {
  return eventually(`${message} to be told`, () => ask.told.find(each => message.test(each.message))).catch(
    (error: unknown) => assert.fail(`${error} Told: ${JSON.stringify(ask.told)}`),
  );
}

/** The tab in front, once it compares these sides of a prompt: `@1 ↔ @2`. */
export async function shownComparison(prompt: PromptName, sides: string): Promise<vscode.Tab> {
  // Of prompts that other tests made, some may have the same last part.
  return shownTab(`${prompt.slice(prompt.lastIndexOf('/') + 1)}: ${sides}`, `${prompt}: ${sides}`);
}

/** The tab in front, once it has one of those labels. */
export async function shownTab(...labels: string[]): Promise<vscode.Tab> {
  return eventually(`the tab "${labels.join('" or "')}"`, () => {
    const tab = activeTab();
    return tab !== undefined && labels.includes(tab.label) ? tab : undefined;
  }).catch((error: unknown) => assert.fail(`${error} In front: "${activeTab()?.label}"`));
}

/** The editor in front, once it shows that document. */
export async function shownEditor(uri: vscode.Uri): Promise<vscode.TextEditor> {
  return eventually(`an editor of ${uri}`, () => {
    const editor = vscode.window.activeTextEditor;
    return editor?.document.uri.toString() === uri.toString() ? editor : undefined;
  }).catch((error: unknown) =>
    assert.fail(`${error} In front: ${vscode.window.activeTextEditor?.document.uri}`),
  );
}

/** The prompt's node in the explorer. */
export async function promptNode(name: PromptName): Promise<ExplorerNode> {
  const node = (await inside()).tree.nodeOf(name);
  assert.ok(node, `The explorer has no ${name}.`);
  return node;
}

/** The explorer's lines for the folder that the prompt is in, as `shownTree` writes them; none where it has no such folder. */
export async function shownFolderOf(name: PromptName): Promise<string[]> {
  const { tree } = await inside();
  const top = (await tree.getChildren()).find(node => node.kind === 'folder' && node.path === folderOf(name));
  const lines: string[] = [];
  const visit = async (node: ExplorerNode, level: number): Promise<void> => {
    const { label, description } = tree.getTreeItem(node);
    lines.push(`${'  '.repeat(level)}${String(label)} ${String(description ?? '')}`.trimEnd());
    for (const child of await tree.getChildren(node)) await visit(child, level + 1);
  };
  if (top !== undefined) await visit(top, 0);
  return lines;
}
