/** The main job from end to end, by keyboard alone, on what ships: from an empty window to what an application gets. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { NEWEST, OLDEST } from '../../scripts/host/vscodeVersions.ts';
import { ALL } from '../runs.ts';
import { curl } from './support/curl.ts';
import { filesThatHold } from './support/files.ts';
import { journey } from './support/journey.ts';
import { serveRegistry } from './support/served-registry.ts';

const FIRST = 'You answer questions about fees. A transfer within Europe is free.';
const SECOND = 'Quote the fee table, and never guess a fee.';

for (const vscode of ALL ? [NEWEST, OLDEST] : [NEWEST])
  describe(`in VS Code ${vscode.vscode}, with the VSIX installed and a registry served,`, () => {
    journey('a person gets from an empty window to a delivered prompt', async journey => {
      const { folder, write, open, use, step } = journey;
      const registry = use(await serveRegistry(join(folder, 'registry')));
      const keys = {
        author: await registry.createKey('development', 'author', 'mara.lindqvist'),
        staging: await registry.createKey('staging', 'approver', 'mara.lindqvist'),
        approver: await registry.createKey('production', 'approver', 'mara.lindqvist'),
        application: await registry.createKey('production', 'reader', 'fee-service'),
      };
      await write({ 'prompts/fees/explain.prompt': `${FIRST}\n` });
      const { workbench, server } = await open({ vscode });
      const fetched = () => curl(`${registry.url}/v1/prompts/fees/explain`, keys.application);
      const host = () => registry.url.replace('http://', '');

      await step('connects to a registry by its URL, and asks for a key', async () => {
        await workbench.run('PromptForge: Connect to Registry…');
        await workbench.choose('Connect to Registry', 'Connect to your team’s registry');
        await workbench.answer('Connect to Registry', registry.url);
        await workbench.answerHidden('Set Key', keys.author);
        await workbench.notification('Development key stored. You are mara.lindqvist (author).');
        await workbench.pressInNotification('Show Details');
        const told = await workbench.notification('You are mara.lindqvist, author in development');
        assert.ok(told.includes(`You are mara.lindqvist, author in development, at ${host()}.`), told);
        assert.ok(told.includes('Keys are kept in the keychain of this machine.'), told);
        await workbench.status(`${host()} · development`);
      });

      await step('takes the keys of the other environments', async () => {
        for (const [environment, key] of [
          ['staging', keys.staging],
          ['production', keys.approver],
        ] as const) {
          await workbench.run('PromptForge: Set Key…');
          await workbench.answerHidden('Set Key', key);
          await workbench.notification(
            `${environment === 'staging' ? 'Staging' : 'Production'} key stored. You are mara.lindqvist (approver).`,
          );
        }
        await workbench.clearNotifications();
      });

      await step('publishes the file as version 1, with a message', async () => {
        await workbench.openFile('prompts/fees/explain.prompt');
        await workbench.run('PromptForge: Publish…');
        await workbench.answer('Publish fees/explain@1', 'Fees, in one place');
        await workbench.notification(
          'Published fees/explain@1. It is not live anywhere until you promote it.',
        );
        assert.equal((await fetched()).status, 404);
      });

      for (const environment of ['staging', 'production'])
        await step(`promotes version 1 to ${environment}`, async () => {
          await workbench.run('PromptForge: Promote…');
          if (environment === 'staging') {
            await workbench.choose('Promote fees/explain', `${environment} · stable`);
            await workbench.choose(`Promote fees/explain to ${environment}`, '@1');
          } else {
            // The version that went to staging is still in front, so it is the one that is meant.
            await workbench.choose('Promote fees/explain@1', `${environment} · stable`);
          }
          await workbench.answer(`Promote fees/explain@1 to ${environment}`, 'The first release');
          const { message, detail } = await workbench.confirm(`Promote @1 to ${environment}`);
          assert.equal(message, `Promote fees/explain@1 to ${environment}?`);
          assert.equal(detail, `Nothing is live in ${environment} yet.\nReason: The first release`);
          await workbench.notification(`fees/explain@1 is now live in ${environment}.`);
        });

      await step('curl delivers version 1', async () => {
        assert.deepEqual(await fetched(), { status: 200, version: 'fees/explain@1', body: `${FIRST}\n` });
      });

      await step('edits the file and publishes version 2, after seeing the difference', async () => {
        await workbench.clearNotifications();
        await workbench.openFile('prompts/fees/explain.prompt');
        await workbench.press('ControlOrMeta+End');
        await workbench.type(SECOND);
        await workbench.editor(SECOND);
        await workbench.run('PromptForge: Publish…');
        await workbench.tab('explain: @1 ↔ your file');
        await workbench.comparison(FIRST, SECOND);
        await workbench.answer('Publish fees/explain@2', 'Never guess a fee');
        await workbench.notification(
          'Published fees/explain@2. It is not live anywhere until you promote it.',
        );
        assert.equal((await fetched()).version, 'fees/explain@1');
      });

      await step('shows both versions and what is live in the explorer', async () => {
        const prompts = await workbench.prompts();
        await prompts.expand('Folder fees, 1 prompt');
        await prompts.expand('Prompt explain, version 2');
        await prompts.row('stable in staging: version 1');
        await prompts.row('stable in production: version 1');
        await prompts.row('Version 2, newest: Never guess a fee, by mara.lindqvist');
        await prompts.row(/^Version 1, .*: Fees, in one place, by mara\.lindqvist/);
      });

      await step('compares version 2 with the one before', async () => {
        const prompts = await workbench.prompts();
        await prompts.goTo('Version 2');
        await workbench.press('Enter');
        await workbench.opened('explain@2');
        await workbench.run('PromptForge: Compare with Previous Version');
        await workbench.tab('explain: @1 ↔ @2');
        await workbench.comparison(FIRST, SECOND);
      });

      for (const environment of ['staging', 'production'])
        await step(`promotes version 2 to ${environment}, after seeing the difference`, async () => {
          await workbench.run('PromptForge: Promote…');
          await workbench.choose('Promote fees/explain@2', `${environment} · stable`);
          await workbench.answer(
            `Promote fees/explain@2 to ${environment}`,
            'A customer was told a wrong fee',
          );
          const { message, detail } = await workbench.confirm(`Promote @2 to ${environment}`);
          assert.equal(message, `Promote fees/explain@2 to ${environment}?`);
          assert.match(
            detail,
            /^Live now: @1, for .+, promoted by mara\.lindqvist\.\nReason: A customer was told a wrong fee$/,
          );
          await workbench.notification(`fees/explain@2 is now live in ${environment}. It was @1.`);
        });

      await step('curl delivers the new text', async () => {
        const { status, version, body } = await fetched();
        assert.deepEqual({ status, version }, { status: 200, version: 'fees/explain@2' });
        assert.equal(body, `${FIRST}\n${SECOND}\n`);
      });

      await step('rolls production back, with a reason', async () => {
        await workbench.run('PromptForge: Roll Back…');
        // The button of the version that Enter would take; the list stays, and gets the focus back.
        await workbench.pressOptionButton('Roll Back fees/explain');
        await workbench.tab('explain: @2 ↔ @1');
        await workbench.choose('Roll Back fees/explain', '@1 in production');
        const { detail } = await workbench.confirm('Edit Reason…');
        assert.match(detail, /Reason: Rolled back from @2 to @1$/);
        await workbench.answer('Roll Back fees/explain to @1 in production', 'It quotes last year’s table');
        const { message } = await workbench.confirm('Roll Back production to @1');
        assert.equal(message, 'Roll back fees/explain to @1 in production?');
        await workbench.notification('Rolled back: fees/explain@1 is live in production again. It was @2.');
      });

      await step('curl delivers the old text', async () => {
        assert.deepEqual(await fetched(), { status: 200, version: 'fees/explain@1', body: `${FIRST}\n` });
      });

      await step('has written secrets only to the keychain', async () => {
        const secrets = Object.values(keys);
        assert.deepEqual(await filesThatHold([folder, server.folder], secrets), []);
        for (const output of [server.log(), registry.log()])
          assert.ok(
            !secrets.some(secret => output.includes(secret)),
            'A key stands in the output of a process.',
          );
      });
    });
  });
