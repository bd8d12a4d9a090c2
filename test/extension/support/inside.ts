/** The extension under test, and the window it is in. */
import assert from 'node:assert/strict';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { step } from '../../../scripts/testing/heartbeat.ts';
import type { ExplorerNode } from '../../../src/editor/explorer/nodes.ts';
import type { Inside } from '../../../src/extension.ts';
import { eventually } from '../../eventually.ts';
import { type Script, ScriptedAsk } from './scripted-ask.ts';

export const EXTENSION = 'promptforge.promptforge';

export async function inside(): Promise<Inside> {
  const extension = vscode.extensions.getExtension<Inside | undefined>(EXTENSION);
  assert.ok(extension, 'the extension under test is not there');
  const exported = await extension.activate();
  assert.ok(exported, 'outside of tests activate() gives nothing');
  return exported;
}

/** The folder that the window has open. */
export function root(): string {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder, 'no folder is open');
  return folder.uri.fsPath;
}

export function promptFile(name: string): string {
  return join(root(), 'prompts', ...`${name}.prompt`.split('/'));
}

/** Writes a prompt's file as another program would, and lets the window see it at once. */
export async function writePrompt(name: string, text: string): Promise<void> {
  const uri = vscode.Uri.file(promptFile(name));
  const open = () =>
    vscode.workspace.textDocuments.find(document => document.uri.toString() === uri.toString());
  await mkdir(dirname(uri.fsPath), { recursive: true });
  await eventually(`the text of ${name} in its file and its document`, async () => {
    await writeFile(uri.fsPath, text);
    // Whether and when the window's own watcher tells it differs from version to version.
    if (open() !== undefined) {
      await vscode.window.showTextDocument(uri);
      await vscode.commands.executeCommand('workbench.action.files.revert');
    }
    // The window may be about to close a document that an earlier test has edited, or to save it.
    const document = open();
    if (document === undefined) return true;
    return (!document.isDirty && asRead(document.getText()) === asRead(text)) || undefined;
  });
  await (await inside()).workbench.prompts.rescan();
}

/** As editors have a file's text: without its byte order mark, and with line ends of one kind. */
function asRead(text: string): string {
  return text.replace(/^\ufeff/, '').replaceAll(/\r\n?/g, '\n');
}

/** Connects the window as promptforge.json does, with no question asked, and waits for the list. */
export async function connectTo(registry: string): Promise<void> {
  const { workbench } = await inside();
  await rm(join(root(), 'promptforge.lock.json'), { force: true });
  await rm(join(root(), 'prompts'), { recursive: true, force: true });
  await nameRegistry(registry);
  await workbench.prompts.refresh();
}

/** Writes promptforge.json, unless it says so already: the window looks again whenever the file was written. */
export async function nameRegistry(registry: string): Promise<void> {
  const file = join(root(), 'promptforge.json');
  const wanted = JSON.stringify({ registry, prompts: 'prompts' });
  const found = await readFile(file, 'utf8').catch(() => undefined); // there is none yet
  if (found !== wanted) await writeFile(file, wanted);
}

export async function disconnect(): Promise<void> {
  const { workbench } = await inside();
  await closeEditors();
  await rm(join(root(), 'promptforge.json'), { force: true });
  await rm(join(root(), 'promptforge.lock.json'), { force: true });
  await rm(join(root(), 'prompts'), { recursive: true, force: true });
  await workbench.prompts.refresh();
}

/**
 * Closes every editor without its edits. Closing alone would ask whether to save them, and what is answered then may
 * meet a file that the next test has written meanwhile.
 */
export async function closeEditors(): Promise<void> {
  // VS Code's own settings are dirty for a moment as it writes them.
  const isOurs = ({ uri }: vscode.TextDocument) => uri.scheme !== 'file' || uri.fsPath.startsWith(root());
  for (const document of vscode.workspace.textDocuments.filter(each => each.isDirty && isOurs(each))) {
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  }
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}

/**
 * Runs a command of ours with the questions answered as told, and gives what was asked and told. What a command tells
 * last is told by the time it ends; for what follows from a chosen button, wait with `ScriptedAsk.message`.
 */
export async function run(command: string, script: Script = {}, ...args: unknown[]): Promise<ScriptedAsk> {
  const { answerWith } = await inside();
  const ask = new ScriptedAsk(script);
  answerWith(ask);
  step(`command ${command}`);
  await vscode.commands.executeCommand(`promptforge.${command}`, ...args);
  return ask;
}

/** The tree as a person sees it: one line a node, `label description`, children indented. */
export async function shownTree(depth = 9): Promise<string[]> {
  const { tree } = await inside();
  const lines: string[] = [];
  const visit = async (node: ExplorerNode | undefined, level: number): Promise<void> => {
    if (level > depth) return;
    for (const child of await tree.getChildren(node)) {
      const { label, description } = tree.getTreeItem(child);
      lines.push(`${'  '.repeat(level)}${String(label)} ${String(description ?? '')}`.trimEnd());
      await visit(child, level + 1);
    }
  };
  await visit(undefined, 0);
  return lines;
}

export async function nodeOf(
  kind: ExplorerNode['kind'],
  label: string,
  under?: ExplorerNode,
): Promise<ExplorerNode> {
  const { tree } = await inside();
  for (const child of await tree.getChildren(under)) {
    if (child.kind === kind && String(tree.getTreeItem(child).label) === label) return child;
    const deeper =
      child.kind === 'folder' || child.kind === 'prompt'
        ? await nodeOf(kind, label, child).catch(() => undefined)
        : undefined;
    if (deeper !== undefined) return deeper;
  }
  throw new Error(`The tree has no ${kind} "${label}".`);
}

export function activeTab(): vscode.Tab | undefined {
  return vscode.window.tabGroups.activeTabGroup.activeTab;
}

/** Sets a machine setting of ours for the test, and waits until the extension has it. */
export async function setting(name: string, value: unknown): Promise<void> {
  await machineSetting('promptforge', name, value);
}

/** As `setting`, in a section of VS Code's own: when VS Code has written a setting, it has not told extensions yet. */
export async function machineSetting(section: string, name: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration(section).update(name, value, vscode.ConfigurationTarget.Global);
  await eventually(
    `the setting ${section}.${name}`,
    () => vscode.workspace.getConfiguration(section).inspect(name)?.globalValue === value,
  );
}
