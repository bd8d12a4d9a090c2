/** What a person meets when somebody was faster, and when the registry goes away in the middle of a promotion. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { curl } from './support/curl.ts';
import { journey } from './support/journey.ts';
import { serveRegistry } from './support/served-registry.ts';

const MINE = 'Greet the customer by name.\n';
const THEIRS = 'Greet the customer, and never by name.\n';
const PROMPT = 'support/greeting';

describe('when a registry fails', () => {
  journey(
    'no work is lost, and messages tell what really happened',
    async ({ folder, workspace, write, open, use, step }) => {
      const registry = use(await serveRegistry(join(folder, 'registry')));
      const mine = await registry.createKey('development', 'approver', 'mara.lindqvist');
      const theirs = await registry.createKey('development', 'author', 'jonas.weber');
      await write({
        'promptforge.json': JSON.stringify({ registry: registry.url, prompts: 'prompts' }),
        [`prompts/${PROMPT}.prompt`]: MINE,
      });
      const publishOverHttp = (key: string, source: string, base: number | null): Promise<Response> =>
        fetch(`${registry.url}/v1/prompts/${PROMPT}/-/versions`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
          body: JSON.stringify({ source, message: 'From elsewhere', base }),
        });
      const { workbench, server, hostLoss } = await open();

      await step('publishes a first version', async () => {
        await workbench.status('no key');
        await workbench.run('PromptForge: Set Key…');
        await workbench.answerHidden('Set Key', mine);
        await workbench.notification('Development key stored.');
        await workbench.openFile(`prompts/${PROMPT}.prompt`);
        await workbench.run('PromptForge: Publish…');
        await workbench.answer(`Publish ${PROMPT}@1`, 'A greeting');
        await workbench.notification(`Published ${PROMPT}@1.`);
        await workbench.clearNotifications();
      });

      await step(
        'publishes nothing when somebody published first, and offers the newest version',
        async () => {
          await workbench.openFile(`prompts/${PROMPT}.prompt`);
          await workbench.press('ControlOrMeta+End');
          await workbench.type('Be brief.');
          await workbench.run('PromptForge: Publish…');
          await workbench.tab('greeting: @1 ↔ your file');
          // While the message is written: sooner, the window would have shown it by itself.
          await workbench.question(`Publish ${PROMPT}@2`);
          await workbench.type('Shorter');
          await workbench.press('Escape');
          await workbench.run('PromptForge: Publish…');
          await workbench.question(`Publish ${PROMPT}@2`);
          assert.equal((await publishOverHttp(theirs, THEIRS, 1)).status, 201);
          await workbench.answerAsOffered(`Publish ${PROMPT}@2`, 'Shorter');
          await workbench.notification(`${PROMPT}@2 was published by jonas.weber`);
          await workbench.pressInNotification('Compare with @2');
          await workbench.tab('greeting: @2 ↔ your file');
          await workbench.comparison(THEIRS.trim(), 'Be brief.');
          // VS Code ends a file with a new line as it saves, unless it was held up for too long.
          const file = await readFile(join(workspace, `prompts/${PROMPT}.prompt`), 'utf8');
          assert.ok([`${MINE}Be brief.\n`, `${MINE}Be brief.`].includes(file), file);
          const newest = await curl(`${registry.url}/v1/prompts/${PROMPT}?channel=latest`, theirs);
          assert.deepEqual([newest.version, newest.body], [`${PROMPT}@2`, THEIRS]);
          await workbench.clearNotifications();
        },
      );

      await step('restores the message when publishing on top of it', async () => {
        await workbench.run('PromptForge: Publish…');
        await workbench.notification(`${PROMPT}@2 was published by jonas.weber`);
        await workbench.pressInNotification('Publish on Top of @2…');
        await workbench.confirm('Publish on Top of @2');
        await workbench.answerAsOffered(`Publish ${PROMPT}@3`, 'Shorter');
        await workbench.notification(`Published ${PROMPT}@3.`);
        await workbench.clearNotifications();
      });

      await step('reports that nothing was changed when the registry is gone', async () => {
        await workbench.run('PromptForge: Promote…');
        await workbench.choose(`Promote ${PROMPT}`, 'development · stable');
        await workbench.choose(`Promote ${PROMPT} to development`, '@2');
        await workbench.answer(`Promote ${PROMPT}@2 to development`, 'Try it out');
        // Between the question and its answer.
        await workbench.dialog();
        await registry.kill();
        await workbench.confirm('Promote @2 to development');
        const told = await workbench.notification('Nothing was changed.');
        assert.match(told, /cannot be reached/);
        assert.doesNotMatch(told, /ECONN|\/v1\//);
        await workbench.status('offline');
      });

      await step('notices automatically that the registry is back, and that it hangs', async () => {
        const lastKnown = 'Offline. Showing last known state.';
        const prompts = await workbench.prompts();
        await prompts.message(lastKnown);
        await registry.start();
        await workbench.status('· development');
        await prompts.message(lastKnown, { isGone: true });
        registry.hang();
        await workbench.status('offline');
        await prompts.message(lastKnown);
        registry.goOn();
        await workbench.status('· development');
        await prompts.message(lastKnown, { isGone: true });
      });

      await step('finds the pointer unchanged', async () => {
        assert.equal((await curl(`${registry.url}/v1/prompts/${PROMPT}`, theirs)).status, 404);
        await workbench.clearNotifications();
        await workbench.run('PromptForge: Promote…');
        await workbench.choose(`Promote ${PROMPT}@2`, 'development · stable');
        await workbench.answerAsOffered(`Promote ${PROMPT}@2 to development`, 'Try it out');
        await workbench.confirm('Promote @2 to development');
        await workbench.notification(`${PROMPT}@2 is now live in development.`);
      });

      // Not as a step, which would fail at once: that is what this makes sure of.
      const host = [...server.log().matchAll(/<(\d+)> Launched Extension Host Process/g)].at(-1)?.[1];
      process.kill(Number(host), 'SIGKILL');
      await assert.rejects(hostLoss, /extension host has ended by itself: .* signal: SIGKILL/);
    },
  );
});
