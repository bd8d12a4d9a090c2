/** A reviewer whose registry goes away in the middle of a sentence: what was written stays, and is sent once. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { RegistryClient } from '../../src/client/registry-client.ts';
import { STABLE } from '../../src/core/channel.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { journey } from './support/journey.ts';
import { type ServedRegistry, serveRegistry } from './support/served-registry.ts';
import { isThere, until, untilVisible } from './support/waiting.ts';

const PROMPT = parsePromptName('support/greeting');
const PRODUCTION = parseEnvironmentName('production');
const COMMENT = 'Too short: who is it that writes?';
const CHANGE = ' Say it.';
const REPLY = 'Half a sen';
/**
 * VS Code in a browser stores which editors are open every five seconds, once its window has nothing else to do and has
 * the focus, and when the page is left, if there is still time. On a busy machine neither need come about: here neither
 * does.
 */
const STORE_NOTHING_UNTOLD = `
  const { requestIdleCallback } = window;
  window.requestIdleCallback = (run, options) => requestIdleCallback(deadline => {
    document.hasFocus = () => false;
    try { run(deadline); } finally { delete document.hasFocus; }
  }, options);
  const fail = () => { throw new Error('Too late'); };
  addEventListener('beforeunload', () => { IDBDatabase.prototype.transaction = fail; }, { capture: true });
`;

describe('a review of a promotion', () => {
  journey('loses no comment when the registry is unavailable', async ({ folder, write, open, use, step }) => {
    const registry = use(await serveRegistry(join(folder, 'registry')));
    const { id, jonas } = await somethingToReview(registry);
    const key = await registry.createKey('production', 'approver', 'tomas.berg');
    const texts = async () => (await jonas.listComments(id)).data.map(({ text }) => text);
    await write({
      'promptforge.json': JSON.stringify({ registry: registry.url, prompts: 'prompts' }),
    });
    const { workbench, page, reload } = await open();
    await page.evaluate(STORE_NOTHING_UNTOLD);
    const thread = page.locator('.review-widget');
    const label = (text: string) =>
      untilVisible(thread.getByText(text, { exact: true }).first(), `"${text}" in the thread`);

    await step('opens the review and writes a comment', async () => {
      await workbench.status('no key');
      await workbench.run('PromptForge: Set Key…');
      await workbench.answerHidden('Set Key', key);
      await workbench.notification('Production key stored.');
      await workbench.clearNotifications();
      await workbench.run('PromptForge: Review Promotion');
      await workbench.choose('Review Promotion', `${PROMPT}@2 → production`);
      await workbench.opened('Review greeting: @1 ↔ @2 → production');
      await untilVisible(page.locator('.comment-range-glyph').first(), 'lines that take comments');
      const field = thread.locator('.monaco-editor.focused');
      // By mouse: VS Code offers its command only where the cursor moved since it learned which lines take comments.
      await page.locator('.editor.modified .comment-range-glyph').first().click();
      await untilVisible(field, 'the field for the comment');
      await workbench.type(COMMENT);
      // Until VS Code knows that something is written, the key that sends it does nothing.
      await untilVisible(
        thread.locator('.form-actions .monaco-button:not(.disabled)').first(),
        'what sends it',
      );
    });

    await step('keeps it in its thread when it cannot be sent, even after a reload', async () => {
      await registry.kill();
      await workbench.press('ControlOrMeta+Enter');
      await workbench.notification('Commenting failed: ');
      await workbench.clearNotifications();
      await label('Not sent');
      await label(COMMENT);
      await reload();
      await label('Not sent');
      await label(COMMENT);
    });

    await step('sends it again, once', async () => {
      await registry.start();
      await workbench.status('· production');
      await workbench.run('PromptForge: Send Comment Again');
      await workbench.choose('Send Comment Again', COMMENT);
      await until('the comment in the registry', async () => {
        const seen = await texts();
        return { found: seen.length > 0 || undefined, seen };
      });
      await thread.getByText('Not sent', { exact: true }).first().waitFor({ state: 'detached' });
      assert.deepEqual(await texts(), [COMMENT]);
    });

    await step('keeps an edit that cannot be sent, even after a reload, and sends it later', async () => {
      await registry.kill();
      await workbench.run('PromptForge: Edit Comment');
      await workbench.choose('Edit Comment', COMMENT);
      await untilVisible(
        thread.locator('.edit-container .monaco-editor.focused'),
        'the field for the change',
      );
      await workbench.type(CHANGE);
      await workbench.press('ControlOrMeta+Enter');
      await workbench.notification('Editing the comment failed: ');
      await workbench.clearNotifications();
      await label('Edit not sent');
      await label(COMMENT + CHANGE);
      await reload();
      await label('Edit not sent');
      await label(COMMENT + CHANGE);
      await registry.start();
      await workbench.status('· production');
      await workbench.run('PromptForge: Send Comment Again');
      await workbench.choose('Send Comment Again', COMMENT + CHANGE);
      await thread.getByText('Edit not sent', { exact: true }).first().waitFor({ state: 'detached' });
      assert.deepEqual(await texts(), [COMMENT + CHANGE]);
    });

    await step('keeps a comment being written while others comment', async () => {
      const form = thread.locator('.comment-form');
      const typed = form.locator('.view-lines').filter({ hasText: /Half.a.sen/ });
      // The button opens the field when it gets the focus; whatever takes the focus just then closes it again.
      const opener = thread.locator(
        '.review-thread-reply-button:visible, .expand .native-edit-context, .expand textarea',
      );
      await until('what is typed in the field for the reply', async () => {
        await opener.first().focus();
        if (await isThere(form.locator('.monaco-editor.focused'))) await workbench.type(REPLY);
        return { found: (await isThere(typed)) || undefined, seen: await form.allInnerTexts() };
      });
      await jonas.comment(id, { text: 'The branch does.', place: { side: 'to', line: 1 } });
      await label('The branch does.');
      await untilVisible(typed, 'what was typed');
    });
  });
});

async function somethingToReview(registry: ServedRegistry): Promise<{ id: string; jonas: RegistryClient }> {
  const client = async (environment: string, role: string, actor: string) =>
    new RegistryClient({ url: registry.url, key: await registry.createKey(environment, role, actor) });
  const jonas = await client('development', 'author', 'jonas.weber');
  const admin = await client('production', 'admin', 'mara.lindqvist');
  const publish = (source: string, base: 1 | null) =>
    jonas.publish(PROMPT, {
      source,
      message: 'A greeting',
      base: base === null ? null : parseVersionNumber(base),
    });
  await publish('Greet the customer, and say who you are.\n', null);
  await publish('Greet the customer.\n', 1);
  const production = (await admin.listEnvironments()).find(({ name }) => name === PRODUCTION);
  assert.ok(production);
  const policy = { ...production.policy, promoteFrom: null };
  const promote = (by: RegistryClient, version: 1 | 2, expected: 1 | null) =>
    by.promote(PROMPT, {
      environment: PRODUCTION,
      channel: STABLE,
      version: parseVersionNumber(version),
      reason: 'For the pilot',
      expected: expected === null ? null : parseVersionNumber(expected),
    });
  await admin.putEnvironment(PRODUCTION, { ...policy, approvals: 0 });
  await promote(admin, 1, null);
  await admin.putEnvironment(PRODUCTION, { ...policy, approvals: 1 });
  const requester = await client('production', 'approver', 'jonas.weber');
  const { id } = await promote(requester, 2, 1);
  return { id, jonas };
}
