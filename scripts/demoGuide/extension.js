// An extension only for the demo. The first time, it opens the PromptForge view, the tour, and a prompt with its
// preview. In the demo with a team, it lets the user switch between people.
// Plain JavaScript, because VS Code loads it unbuilt. docs/decisions/the-demo-has-an-extension-of-its-own.md explains
// it.

import * as vscode from 'vscode';

/**
 * The file `guide.json` that `npm start` writes next to the workspace (demoWorkspace.ts).
 * @typedef {{ readonly actor: string, readonly name: string, readonly does: string }} Person
 * @typedef {{ readonly prompt: string, readonly people: readonly Person[] }} Guide
 */

const PRODUCT = 'promptforge.promptforge';
const ACTOR = 'promptforge.embedded.actor';

/** The tour on the left, as narrow as a phone; on the right, the prompt above its preview. */
const LAYOUT = { orientation: 0, groups: [{ size: 0.38 }, { size: 0.62, groups: [{}, {}] }] };

/** @param {vscode.ExtensionContext} context */
export async function activate({ subscriptions }) {
  const workspace = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (workspace === undefined) return;
  const demo = vscode.Uri.joinPath(workspace, '..');
  const guide = await readGuide(vscode.Uri.joinPath(demo, 'guide.json'));
  if (guide === undefined) return; // The demo's window has another folder open.
  const shown = vscode.Uri.joinPath(demo, 'guide-shown');
  if (!(await exists(shown))) {
    await showFirstScreen(workspace, guide.prompt);
    // Written afterwards, so that the first screen opens again if the window was closed too soon.
    await vscode.workspace.fs.writeFile(shown, new Uint8Array());
  }
  if (guide.people.length > 0) subscriptions.push(offerPeople(guide.people));
}

/**
 * @param {vscode.Uri} workspace
 * @param {string} prompt its path in the workspace
 */
async function showFirstScreen(workspace, prompt) {
  const { executeCommand } = vscode.commands;
  await vscode.extensions.getExtension(PRODUCT)?.activate();
  await executeCommand('workbench.view.extension.promptforge');
  const readme = vscode.Uri.joinPath(workspace, 'README.md');
  await executeCommand('vscode.openWith', readme, 'vscode.markdown.preview.editor', vscode.ViewColumn.One);
  // Files that the user opens must not replace the tour.
  await executeCommand('workbench.action.lockEditorGroup');
  const file = vscode.Uri.joinPath(workspace, prompt);
  const editor = await vscode.window.showTextDocument(file, {
    viewColumn: vscode.ViewColumn.Two,
    preview: false,
  });
  await executeCommand('promptforge.openPreviewToSide');
  await executeCommand('vscode.setEditorLayout', LAYOUT);
  // Scrolls past the front matter to the text.
  const text = new vscode.Position(lineOfText(editor.document), 0);
  editor.selection = new vscode.Selection(text, text);
  editor.revealRange(new vscode.Range(text, text), vscode.TextEditorRevealType.AtTop);
}

/**
 * The first line after the front matter, counted from 0.
 * @param {vscode.TextDocument} document
 */
function lineOfText(document) {
  const [, before = ''] = /^(---\n.*?\n---\n)/s.exec(document.getText().replaceAll('\r\n', '\n')) ?? [];
  return before.split('\n').length - 1;
}

/**
 * Shows the current person in the status bar, and lets the user switch.
 * @param {readonly Person[]} people
 */
function offerPeople(people) {
  const item = vscode.window.createStatusBarItem('person', vscode.StatusBarAlignment.Left, 1000);
  item.name = 'PromptForge Demo: Person';
  item.command = 'promptforge-demo.switchPerson';
  const update = () => {
    const actor = currentActor();
    const person = people.find(each => each.actor === actor);
    item.text = `$(account) You are ${person?.name ?? actor}`;
    item.tooltip = `${person === undefined ? '' : `${person.does}. `}Select to switch to another person of the team.`;
  };
  update();
  item.show();
  void vscode.commands.executeCommand('setContext', 'promptforge-demo.hasPeople', true);
  return vscode.Disposable.from(
    item,
    vscode.workspace.onDidChangeConfiguration(change => {
      if (change.affectsConfiguration(ACTOR)) update();
    }),
    vscode.commands.registerCommand('promptforge-demo.switchPerson', () => switchPerson(people)),
  );
}

/** @param {readonly Person[]} people */
async function switchPerson(people) {
  const actor = currentActor();
  const items = people.map(person => ({
    label: person.name,
    description: person.actor === actor ? 'you' : '',
    detail: person.does,
    actor: person.actor,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: 'Switch Person',
    placeHolder: 'Select the person you want to be',
  });
  if (chosen === undefined) return;
  await vscode.workspace.getConfiguration().update(ACTOR, chosen.actor, vscode.ConfigurationTarget.Global);
}

/** @returns {string} */
function currentActor() {
  return vscode.workspace.getConfiguration().get(ACTOR, '');
}

/**
 * @param {vscode.Uri} file
 * @returns {Promise<Guide | undefined>}
 */
async function readGuide(file) {
  try {
    return JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(file)));
  } catch (error) {
    if (error instanceof vscode.FileSystemError) return undefined;
    throw error;
  }
}

/** @param {vscode.Uri} file */
async function exists(file) {
  return vscode.workspace.fs.stat(file).then(
    () => true,
    () => false,
  );
}
