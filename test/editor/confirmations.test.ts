// The buttons of questions: whatever leaves the window or cannot be taken back names what it touches.

import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../scripts/projectRoot.ts';

/** Buttons that always read the same: what they do stays in this window or in a file of the person's own. */
const OF_THIS_WINDOW = ['Complete Merge', 'Copy as Evidence', 'Delete File', 'Discard', 'Move', 'Replace'];
/** Of `Replace`, `Remove` … there is more than one: those that act on an environment or a prompt name it. */
const SAMPLES = join('src', 'editor', 'preview', 'previews.ts');

/** What works on its own while the person does something else. */
const IN_THE_BACKGROUND = [
  'src/editor/{language,status,lives,log}/**/*.ts',
  'src/editor/connection/{keep-connected,keep-fresh,watch-connection,session,identify}.ts',
  'src/editor/explorer/{decorations,file-decorations,file-marks,follow-editor,prompt-list,prompts-tree}.ts',
  'src/editor/following/{follow-log,follow-registry,following,kept}.ts',
  'src/editor/promotions/{promotion-list,promotions-view,open-reviews,unsent-comments}.ts',
  'src/editor/publish/{auto-pull,follow-in-lock,source-diagnostics}.ts',
  'src/editor/scm/{quick-diff,changes}.ts',
];

describe('a notification', () => {
  it('is shown only for something the person did or must decide, never by background work', async () => {
    const found: string[] = [];
    let looked = 0;
    for await (const file of glob(IN_THE_BACKGROUND, { cwd: ROOT })) {
      looked += 1;
      const text = await readFile(join(ROOT, file), 'utf8');
      if (/\.tell\(|show(Information|Warning|Error)Message|inProgress\(/.test(text)) found.push(file);
    }
    assert.ok(looked > 30, `${looked} files were found`);
    assert.deepEqual(found, []);
  });
});

describe('the button of a question', () => {
  it('names the prompt, version or environment it acts on outside of this window', async () => {
    const fixed: { file: string; button: string }[] = [];
    for await (const file of glob('src/editor/**/*.ts', { cwd: ROOT }))
      for (const [, button = ''] of (await readFile(join(ROOT, file), 'utf8')).matchAll(
        /^\s+button: '([^']+)',$/gm,
      ))
        fixed.push({ file, button });
    assert.ok(fixed.length >= 5, 'the questions were found');
    assert.deepEqual(
      fixed.filter(({ button }) => !OF_THIS_WINDOW.includes(button)),
      [],
    );
    assert.deepEqual(
      fixed.filter(({ button }) => button === 'Replace').map(({ file }) => file),
      [SAMPLES],
    );
  });
});
