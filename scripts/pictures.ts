// The pictures of the README, and the others beside them to look at: the editor and the preview on three demo prompts in
// light, dark and high contrast. All go to out/pictures; those that the README shows, to docs/images.
//
//   npm run pictures

import { spawnSync } from 'node:child_process';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './projectRoot.ts';

const OUT = join(ROOT, 'out', 'pictures');
const IMAGES = join(ROOT, 'docs', 'images');
const PROMPTS = ['support/triage', 'fees/transfer-estimate', 'support/assistant'];
/** Of those taken, what the README shows, by its name there. */
const SHOWN = { 'triage-editor-light.png': 'editor.png', 'triage-preview-dark.png': 'preview.png' };

const steps = PROMPTS.flatMap(prompt => {
  const name = prompt.slice(prompt.lastIndexOf('/') + 1);
  return [
    `open:prompts/${prompt}.prompt`,
    'wait:3000',
    'key:Control+End',
    'wait:1000',
    `shot:${name}-editor`,
    'PromptForge: Open Preview to the Side',
    'wait:4000',
    `shot:${name}-preview`,
    'View: Close All Editors',
  ];
});
const taken = spawnSync(
  process.execPath,
  [join(ROOT, 'scripts', 'screenshots.ts'), '--out', OUT, '--name', 'end', '--size', '1280x800', ...steps],
  { stdio: 'inherit' },
);
if (taken.status !== 0) process.exit(taken.status ?? 1);
await mkdir(IMAGES, { recursive: true });
for (const [picture, name] of Object.entries(SHOWN)) await copyFile(join(OUT, picture), join(IMAGES, name));
