/** The embedded registry with the demo in it, by keyboard alone: looking around, comparing, and a mistake that goes nowhere. */
import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { ROOT } from '../../scripts/projectRoot.ts';
import { seedDemo } from '../../scripts/seed.ts';
import { journey } from './support/journey.ts';

const demo = join(ROOT, 'demo');

describe('With the embedded registry and the demo', () => {
  journey(
    'one looks around, compares, and is told of a mistake',
    async ({ folder, workspace, open, step }) => {
      const dataFolder = join(folder, 'registry');
      for (const part of ['promptforge.json', 'prompts'])
        await cp(join(demo, part), join(workspace, part), { recursive: true });
      await seedDemo(dataFolder, demo);
      const { workbench } = await open({ settings: { 'promptforge.embedded.dataFolder': dataFolder } });

      await step('shows prompts, what is live and versions, and opens a version', async () => {
        await workbench.status('embedded');
        const prompts = await workbench.prompts();
        await prompts.expand('Folder support');
        await prompts.expand('Prompt assistant, version 5');
        await prompts.row(/^stable in production: version \d/);
        await prompts.goTo('Version 1');
        await workbench.press('Enter');
        await workbench.opened('assistant@1');
      });

      await step('compares a file with what is live in production', async () => {
        await workbench.openFile('prompts/support/assistant.prompt');
        await workbench.run('PromptForge: Compare with Live Version…');
        await workbench.choose('Compare support/assistant with Live Version', 'production · stable');
        await workbench.tab('support/assistant: @');
      });

      await step(
        'refuses a file with a block that is never closed, says where, and publishes nothing',
        async () => {
          await workbench.openFile('prompts/support/assistant.prompt');
          await workbench.press('ControlOrMeta+End');
          await workbench.type('{{#if urgent}}');
          await workbench.run('PromptForge: Publish…');
          const told = await workbench.notification('Nothing was published.');
          const [, line, column] = /assistant\.prompt:(\d+):(\d+)/.exec(told) ?? [];
          assert.ok(line !== undefined && column !== undefined, `No file, line and column: ${told}`);
          await workbench.problem(new RegExp(`line ${line} and character ${column}\\b`));
          const prompts = await workbench.prompts();
          await prompts.row('Prompt assistant, version 5, modified');
        },
      );
    },
  );
});
