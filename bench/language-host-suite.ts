/** Runs inside VS Code: types into the largest prompt, and writes how long the extension host was blocked. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { heldInOnePiece } from './held.ts';

const KEYSTROKES = 60;
/** The time between keystrokes of a person, in milliseconds. */
const BETWEEN = 60;
/** The time limit for the first diagnostics on a busy machine, in milliseconds. */
const PATIENCE = 120_000;

/** Times in milliseconds. */
export interface Measured {
  readonly bytes: number;
  readonly tokens: number;
  readonly problems: number;
  /** From showing the first prompt to its first diagnostics, including loading the language features. */
  readonly starting: number;
  readonly heldWhileStarting: number;
  readonly heldWhileTyping: number;
  /** The same in wall-clock time, which includes other programs. */
  readonly clockWhileTyping: number;
  /** From the last keystroke to the next diagnostics. */
  readonly lastAnswer: number;
}

export async function run(): Promise<void> {
  const out = process.env['PROMPTFORGE_BENCH_OUT'];
  if (out === undefined) throw new Error('PROMPTFORGE_BENCH_OUT names the file to write.');
  const folder = await mkdtemp(join(vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '', 'bench-'));
  try {
    await vscode.extensions.getExtension('promptforge.promptforge')?.activate();
    await writeFile(out, JSON.stringify(await measured(folder)));
  } finally {
    await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    await rm(folder, { recursive: true, force: true });
  }
}

async function measured(folder: string): Promise<Measured> {
  const file = join(folder, 'large.prompt');
  const text = largePrompt();
  await writeFile(file, text);
  const uri = vscode.Uri.file(file);
  const starting = performance.now();
  const heldStarting = heldInOnePiece();
  const editor = await vscode.window.showTextDocument(uri);
  await problemsOf(uri);
  const started = performance.now() - starting;
  const heldWhileStarting = heldStarting.end();
  const tokens = await vscode.commands.executeCommand<vscode.SemanticTokens>(
    'vscode.provideDocumentSemanticTokens',
    uri,
  );
  const end = editor.document.positionAt(text.length - 3);
  editor.selection = new vscode.Selection(end, end);
  editor.revealRange(editor.selection);
  await delay(2000);
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const held = heldInOnePiece();
  for (let key = 0; key < KEYSTROKES; key++) {
    await vscode.commands.executeCommand('type', { text: 'x' });
    await delay(BETWEEN);
  }
  const last = performance.now();
  await problemsOf(uri);
  const lastAnswer = performance.now() - last;
  await delay(1000);
  loop.disable();
  return {
    bytes: text.length,
    tokens: tokens.data.length / 5,
    problems: vscode.languages.getDiagnostics(uri).length,
    starting: started,
    heldWhileStarting,
    heldWhileTyping: held.end(),
    clockWhileTyping: loop.max / 1e6,
    lastAnswer,
  };
}

/** Resolves when the next diagnostics of the document arrive. */
function problemsOf(uri: vscode.Uri): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('No problems were shown.')), PATIENCE);
    const listening = vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      if (!uris.some(each => each.toString() === uri.toString())) return;
      listening.dispose();
      clearTimeout(timer);
      resolve();
    });
  });
}

/** A prompt of almost the maximum size, with many expressions and mistakes. */
function largePrompt(): string {
  const head = '---\ninput:\n  schema:\n    name: string\n    items(array):\n      title: string\n---\n';
  const piece =
    'Dear {{name}}, these are the articles that fit:\n{{#each items}}\n- {{@index}}. {{title}} ({{../name}}), {{misspelt}}\n{{/each}}\n{{#if name}}Yours{{else}}Nobody{{/if}}\n';
  return `${head}${piece.repeat(Math.floor((2 ** 20 - head.length - 100) / piece.length))}{{x}}`;
}
