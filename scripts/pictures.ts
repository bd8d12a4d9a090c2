// Takes pictures for the README and docs/extension.md, and more to look at: the editor and the preview of three demo
// prompts, a promotion in review, and what was live, in light, dark and high contrast. Writes all to out/pictures, and
// copies those that the pages show to docs/images.
//
//   npm run pictures

import { spawnSync } from 'node:child_process';
import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from './projectRoot.ts';

const OUT = join(ROOT, 'out', 'pictures');
const IMAGES = join(ROOT, 'docs', 'images');
const PROMPTS = ['support/triage', 'fees/transfer-estimate', 'support/assistant'];
/** The pictures that the pages show: file names in out/pictures and in docs/images. */
const SHOWN = {
  'triage-editor-light.png': 'editor.png',
  'triage-preview-dark.png': 'preview.png',
  'review-light.png': 'review.png',
  'live-dark.png': 'live.png',
};

const writing = PROMPTS.flatMap(prompt => {
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
// Enter chooses the first promotion, the oldest that waits. Alt+F9 goes to the next comment.
const review = [
  ...['wait:3000', 'PromptForge: Focus on Promotions View', 'wait:1000', 'shot:promotions'],
  ...['PromptForge: Review Promotion', 'wait:1500', 'key:Enter', 'wait:4000'],
  ...['View: Hide Panel', 'key:Control+1', 'key:Alt+F9', 'wait:1500', 'shot:review'],
  'View: Close All Editors',
];
// Shows the wrong fee of September 12.
const live = [
  ...[
    'open:prompts/fees/transfer-estimate.prompt',
    'wait:1500',
    'PromptForge: What Was Live At…',
    'wait:1500',
  ],
  ...['type:production', 'key:Enter', 'wait:800', 'key:Control+a', 'type:2026-09-12 08:15', 'shot:moment'],
  ...['key:Enter', 'wait:3000', 'View: Toggle Primary Side Bar Visibility', 'wait:1500', 'shot:live'],
];

take(writing, '1280x800');
take(review, '1280x800', '--governed', '--no-build');
take(live, '1400x600', '--governed', '--no-build', '--setting', 'editor.minimap.enabled=false');
await mkdir(IMAGES, { recursive: true });
for (const [picture, name] of Object.entries(SHOWN)) await copyFile(join(OUT, picture), join(IMAGES, name));

function take(steps: readonly string[], size: string, ...options: readonly string[]): void {
  const { status } = spawnSync(
    process.execPath,
    [
      join(ROOT, 'scripts', 'screenshots.ts'),
      ...['--out', OUT, '--name', 'end', '--size', size],
      ...options,
      ...steps,
    ],
    { stdio: 'inherit' },
  );
  if (status !== 0) process.exit(status ?? 1);
}
