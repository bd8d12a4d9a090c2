/** No question loses what is typed into it: each names the draft under which it is kept, or is for a secret. */
import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../scripts/projectRoot.ts';

describe('questions in the editor', () => {
  it('keep a draft of what is typed, unless it is a secret', async () => {
    const asked = (await Promise.all((await sources()).map(questionsIn))).flat();
    assert.ok(asked.length >= 14, `only ${asked.length} questions were found`);
    assert.deepEqual(
      asked.filter(({ keeps }) => !keeps).map(({ place }) => place),
      [],
    );
  });

  it('are the only ones that open an input box', async () => {
    const opened: string[] = [];
    for (const path of await sources())
      if (/createInputBox|showInputBox\(/.test(await readFile(path, 'utf8'))) opened.push(path);
    assert.deepEqual(opened.map(nameOf).sort(), [
      'src/editor/asking/dialogs.ts',
      'src/editor/explorer/ask-for-filter.ts',
    ]);
  });
});

function sources(): Promise<string[]> {
  return Array.fromAsync(glob(join(ROOT, 'src/editor/**/*.ts')));
}

function nameOf(path: string): string {
  return path.slice(ROOT.length).replaceAll('\\', '/').replace(/^\//, '');
}

async function questionsIn(path: string): Promise<{ place: string; keeps: boolean }[]> {
  const text = await readFile(path, 'utf8');
  return [...text.matchAll(/\bask\.text\(/g)].map(({ index }) => ({
    place: `${nameOf(path)}:${text.slice(0, index).split('\n').length}`,
    keeps: /\bdraft\b|\bsecret: true\b|\.\.\.question\b/.test(callAt(text, index)),
  }));
}

/** From there to the parenthesis that closes the call. */
function callAt(text: string, start: number): string {
  let depth = 0;
  for (let end = text.indexOf('(', start); end < text.length; end++) {
    if (text[end] === '(') depth += 1;
    if (text[end] === ')') depth -= 1;
    if (depth === 0) return text.slice(start, end);
  }
  return text.slice(start);
}
