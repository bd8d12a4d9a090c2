// Sentence history: the hover, the annotations and the steps back through the comparisons.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { PromptName } from '../../src/core/name.ts';
import { eventually } from '../eventually.ts';
import { inserted } from './support/edited.ts';
import { freshPrompt } from './support/fresh-prompt.ts';
import { activeTab, inside, promptFile, run } from './support/inside.ts';
import { AGE } from './support/shown.ts';
import { teamWindow } from './support/team-window.ts';
import { withoutAutoSave } from './support/without-auto-save.ts';

describe('the sentence history', () => {
  withoutAutoSave();
  const team = teamWindow({ keys: { development: ['author', 'tomas.berg'] } });
  const VERSIONS = [
    'Hello {{name}}. Be kind.\n\n- Ask. Wait.\n',
    'Hi {{name}}. Be kind.\n\n- Ask. Wait.\n',
    'Hi {{name}}! Be kind.\n\n- Ask. Wait.\n',
    'Hi {{name}}! Be kind. Be short.\n\n- Ask. Wait.\n',
  ];

  const versionUri = async (prompt: PromptName, version: number): Promise<vscode.Uri> => {
    await run('openVersion', {}, `${prompt}@${version}`);
    return eventually(`@${version}`, () => {
      const uri = vscode.window.activeTextEditor?.document.uri;
      return uri?.path === `/${prompt}@${version}` ? uri : undefined;
    });
  };
  const offsetIn = (document: vscode.TextDocument, text: string): vscode.Position => {
    const offset = document.getText().indexOf(text);
    assert.notEqual(offset, -1, document.getText());
    return document.positionAt(offset);
  };
  /** The hover of ours over a text, and what it is about. */
  async function hoverOver(uri: vscode.Uri, text: string) {
    const document = await vscode.workspace.openTextDocument(uri);
    return eventually(`the hover over ${text}`, async () => {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        uri,
        offsetIn(document, text),
      );
      for (const { contents, range } of hovers)
        for (const content of contents)
          if (content instanceof vscode.MarkdownString && /^(?:This|Not published)/.test(content.value))
            return { content, said: content.value, about: document.getText(range) };
      return undefined;
    });
  }
  const select = async (editor: vscode.TextEditor, text: string): Promise<void> => {
    const shown = await vscode.window.showTextDocument(editor.document, editor.viewColumn);
    const at = offsetIn(shown.document, text);
    shown.selection = new vscode.Selection(at, at);
  };
  /** The selected texts of a comparison, once it is in front. */
  const comparison = (prompt: PromptName, title: string) =>
    eventually(title, () => {
      const input = activeTab()?.input;
      if (!activeTab()?.label.endsWith(title) || !(input instanceof vscode.TabInputTextDiff))
        return undefined;
      const selected = [input.original, input.modified].map(uri => {
        const editor = vscode.window.visibleTextEditors.find(each => `${each.document.uri}` === `${uri}`);
        return editor?.document.getText(editor.selection);
      });
      assert.ok(activeTab()?.label.includes(prompt.slice(prompt.lastIndexOf('/') + 1)));
      return selected.includes(undefined) ? undefined : selected;
    });
  const editorOf = (uri: vscode.Uri): vscode.TextEditor => {
    const editor = vscode.window.visibleTextEditors.find(each => `${each.document.uri}` === `${uri}`);
    assert.ok(editor);
    return editor;
  };
  async function fileOf(prompt: PromptName): Promise<vscode.TextEditor> {
    await run('refresh');
    await run('pull', {}, prompt);
    const { workbench } = await inside();
    await eventually('the file', () => workbench.prompts.listed.get(prompt)?.base !== undefined);
    return vscode.window.showTextDocument(vscode.Uri.file(promptFile(prompt)));
  }

  it('appears on hover over a sentence of a version, with links that only run our commands', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, ...VERSIONS);
    await run('refresh');
    const uri = await versionUri(prompt, 4);
    const greeting = await hoverOver(uri, 'name');
    assert.match(greeting.said, /^This sentence changed on \w+ at \d\d:\d\d, tomas\\\.berg, @3: Version 3\n/);
    assert.equal(greeting.about, 'Hi {{name}}!');
    assert.deepEqual(greeting.content.isTrusted, {
      enabledCommands: ['promptforge.openVersion', 'promptforge.previousSentenceChange'],
    });
    const first = await hoverOver(uri, 'Wait.');
    assert.match(
      first.said,
      /^This sentence is from the first version: .*@1: Version 1\n\n\[Open @1\]\([^)]*\)$/,
    );
    assert.equal(first.about, 'Wait.');

    const [, command = '', argument = ''] =
      /· \[Compare with @2\]\(command:([\w.]+)\?([^)]*)\)/.exec(greeting.said) ?? [];
    await vscode.commands.executeCommand(command, ...JSON.parse(decodeURIComponent(argument)));
    assert.deepEqual(await comparison(prompt, '@2 ↔ @3'), ['Hi {{name}}.', 'Hi {{name}}!']);
    const [, open = '', reference = ''] =
      /\[Open @3\]\(command:([\w.]+)\?([^)]*)\)/.exec(greeting.said) ?? [];
    await vscode.commands.executeCommand(open, ...JSON.parse(decodeURIComponent(reference)));
    await eventually('@3', () => vscode.window.activeTextEditor?.document.uri.path === `/${prompt}@3`);
  });

  it('marks the unpublished sentences of a file, and follows edits', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, ...VERSIONS);
    const { document } = await fileOf(prompt);
    await inserted(document.uri, 'Listen.\r\n  ', () => offsetIn(document, 'Wait.'));
    assert.match((await hoverOver(document.uri, 'Listen')).said, /^Not published yet/);
    assert.match((await hoverOver(document.uri, 'Wait')).said, /@1: Version 1/);
    assert.match((await hoverOver(document.uri, 'Be short')).said, /@4: Version 4/);
  });

  it('steps back through comparisons to the first version, further back from the left side', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, ...VERSIONS);
    await select(await fileOf(prompt), 'name');
    await run('previousSentenceChange');
    assert.deepEqual(await comparison(prompt, '@2 ↔ @3'), ['Hi {{name}}.', 'Hi {{name}}!']);
    // Again with the right side in front: what is shown was seen.
    await run('previousSentenceChange');
    assert.deepEqual(await comparison(prompt, '@1 ↔ @2'), ['Hello {{name}}.', 'Hi {{name}}.']);
    const input = activeTab()?.input;
    assert.ok(input instanceof vscode.TabInputTextDiff);
    const last = await run('previousSentenceChange', {}, { uri: `${input.original}`, offset: 0 });
    await last.message(`This sentence is as in ${prompt}@1, the first version.`);
    const again = await run('previousSentenceChange');
    await again.message(`This sentence is as in ${prompt}@1, the first version.`);
  });

  it('reports where a sentence is new, and compares an unpublished one with its version', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, ...VERSIONS);
    const editor = await fileOf(prompt);
    await select(editor, 'Be short');
    await run('previousSentenceChange');
    assert.deepEqual(await comparison(prompt, '@3 ↔ @4'), ['', 'Be short.']);
    const added = await run('previousSentenceChange');
    await added.message(
      `This sentence is new in ${prompt}@4: the previous version has no sentence in its place.`,
    );

    await inserted(editor.document.uri, 'Always ', () => offsetIn(editor.document, 'Be short'));
    await run(
      'previousSentenceChange',
      {},
      { uri: `${editor.document.uri}`, offset: editor.document.getText().indexOf('Always') },
    );
    assert.deepEqual(await comparison(prompt, '@4 ↔ your file'), ['Be short.', 'Always Be short.']);
    await run('previousSentenceChange');
    assert.deepEqual(await comparison(prompt, '@3 ↔ @4'), ['', 'Be short.']);
  });

  it('appears at the end of each line until it is toggled off', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, ...VERSIONS);
    const editor = await fileOf(prompt);
    const { document } = editor;
    const { sentenceHistory } = await inside();
    const shown = async () =>
      (await sentenceHistory.annotationsOf(document))?.map(
        ({ range, renderOptions }) =>
          `${range.start.line}:${range.start.character} ${renderOptions?.after?.contentText}`,
      );
    await run('toggleSentenceHistory');
    const withoutAge = (line: string) => line.replace(new RegExp(`${AGE}$`), 'AGE');
    assert.deepEqual((await shown())?.map(withoutAge), [
      '0:31 @1 · @3 · @4 tomas.berg, AGE',
      '2:12 @1 tomas.berg, AGE',
    ]);
    await inserted(document.uri, 'Do not ', () => offsetIn(document, 'Wait.'));
    await eventually('the edit beside its sentence', async () =>
      (await shown())?.includes('2:19 @1 · Not published yet'),
    );
    await run('toggleSentenceHistory');
    assert.equal(await shown(), undefined);
  });

  it('groups consecutive front matter lines with the same change', async () => {
    const prompt = freshPrompt();
    const text = (model: string) => `---\nmodel: ${model}\nconfig:\n  temperature: 0.5\n---\nHi.\n`;
    await team.publish(prompt, text('a/one'), text('a/two'));
    const { document } = await fileOf(prompt);
    const { sentenceHistory } = await inside();
    await run('toggleSentenceHistory');
    const shown = await sentenceHistory.annotationsOf(document);
    assert.deepEqual(
      shown?.map(({ range, renderOptions }) => [
        range.start.line,
        renderOptions?.after?.contentText?.split(' ')[0],
      ]),
      [
        [0, '@1'],
        [1, '@2'],
        [2, '@1'],
        [5, '@1'],
      ],
    );
    // With the cursor in the indentation, as Show Hover has it.
    assert.match(
      (await hoverOver(document.uri, '  temperature')).said,
      /^This line is from the first version/,
    );
  });

  it('reports a file without history, and shows nothing on hover', async () => {
    const prompt = freshPrompt();
    const uri = vscode.Uri.file(promptFile(prompt));
    await vscode.workspace.fs.writeFile(uri, Buffer.from('New. Here.\n'));
    await (await inside()).workbench.prompts.rescan();
    await vscode.window.showTextDocument(uri);
    for (const command of ['previousSentenceChange', 'toggleSentenceHistory']) {
      const ask = await run(command);
      await ask.message('This prompt has no published version, so its sentences have no history.');
    }
  });

  it('is available from cached versions while the registry is unavailable', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, ...VERSIONS);
    await run('refresh');
    await hoverOver(await versionUri(prompt, 3), 'name');
    const { session, prompts } = (await inside()).workbench;
    await team.registry.stop();
    await eventually('the window to be offline', async () => {
      await prompts.refresh();
      return session.state.kind === 'offline';
    });
    const uri = await versionUri(prompt, 2);
    assert.match((await hoverOver(uri, 'name')).said, /@2: Version 2/);
    await select(editorOf(uri), 'name');
    await run('previousSentenceChange');
    assert.deepEqual(await comparison(prompt, '@1 ↔ @2'), ['Hello {{name}}.', 'Hi {{name}}.']);
  });
});
