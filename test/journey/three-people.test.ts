/** A change from the request to the rollback, by those who share the work: each with a window, a keychain and a key of their own. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { RegistryClient } from '../../src/client/registry-client.ts';
import { STABLE } from '../../src/core/channel.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { parsePromptName } from '../../src/core/name.ts';
import type { Role } from '../../src/core/role.ts';
import { Comments } from './support/comments.ts';
import { curl } from './support/curl.ts';
import { journey } from './support/journey.ts';
import { PromotionPage } from './support/promotion-page.ts';
import { type ServedRegistry, serveRegistry } from './support/served-registry.ts';
import type { Workbench } from './support/workbench.ts';

const PROMPT = parsePromptName('support/greeting');
const FILE = `prompts/${PROMPT}.prompt`;
const PRODUCTION = parseEnvironmentName('production');
const FIRST = 'Greet the customer by name.\nSay who you are.\nAsk what you can do.\n';
const ADDED = 'Say that calls are recorded.';
const SUGGESTED = 'Say that calls are recorded, and why.';
const SUGGESTION = `Customers ask why.\n\`\`\`suggestion\n${SUGGESTED}\n\`\`\``;

describe('a change under review', () => {
  journey('goes from author to reviewer and back, goes live, and is rolled back', async journey => {
    const { folder, write, open, openFor, use, step } = journey;
    const registry = use(await serveRegistry(join(folder, 'registry')));
    const { keys, admin } = await governed(registry);
    const project = { 'promptforge.json': JSON.stringify({ registry: registry.url, prompts: 'prompts' }) };
    await write(project);
    const [author, reviewer, onCall] = await Promise.all([
      open(),
      openFor('reviewer', project),
      openFor('on-call', project),
    ]);
    const page = new PromotionPage(reviewer.page, reviewer.workbench);
    const threads = {
      author: new Comments(author.page, author.workbench),
      reviewer: new Comments(reviewer.page, reviewer.workbench),
    };

    await step('each stores a key of their own', async () => {
      await Promise.all([
        setKeys(author.workbench, { Development: keys.writes, Production: keys.requests }),
        setKeys(reviewer.workbench, { Production: keys.reviews }),
        setKeys(onCall.workbench, { Production: keys.onCall }),
      ]);
    });

    await step('the author pulls the prompt, changes and publishes it', async () => {
      const { workbench } = author;
      await workbench.run('PromptForge: Pull');
      await workbench.notification('Pulled');
      await workbench.openFile(FILE);
      await workbench.press('ControlOrMeta+End');
      await workbench.type(`${ADDED}\n`);
      await publish(workbench, 2, 'Recorded calls');
    });

    await step('the author requests its promotion, from the message that it was published', async () => {
      await author.workbench.pressInNotification('Promote…');
      await request(author.workbench, 2, 'The law asks for it');
    });

    await step('the reviewer sees that it waits for them, and what it would change', async () => {
      const promotions = await reviewer.workbench.promotions();
      await promotions.row('Waiting for you, 1 request');
      await reviewer.workbench.badge('1 request waiting for you');
      await promotions.goTo(`${PROMPT} version 2 to stable in production, from version 1`);
      await reviewer.workbench.press('Enter');
      await page.shows(`Promote ${PROMPT}@2 to production`);
      await page.shows('Sentences: 1 added.');
      await page.shows('Approve @2 for production…');
    });

    await step('the reviewer opens the changes, and suggests a wording', async () => {
      await page.press('Open Changes');
      await reviewer.workbench.opened('Review greeting: @1 ↔ @2 → production');
      await threads.reviewer.write(4, SUGGESTION);
      await threads.reviewer.shows('Customers ask why.');
    });

    await step('the author sees the comment at once, and applies the suggestion', async () => {
      const { workbench } = author;
      await workbench.tab('greeting: @1 ↔ @2');
      await threads.author.shows('Customers ask why.');
      await workbench.run('PromptForge: Apply Suggestion');
      await workbench.choose('Apply Suggestion', 'Customers ask why.');
      await workbench.opened('greeting.prompt');
      await workbench.editor(SUGGESTED);
      await publish(workbench, 3, 'Why calls are recorded');
    });

    await step('the author replies, and resolves the thread', async () => {
      const { workbench } = author;
      await workbench.run('PromptForge: Review Promotion');
      await workbench.choose('Review Promotion', `${PROMPT}@2 → production`);
      await workbench.opened('Review greeting: @1 ↔ @2 → production');
      await threads.author.listed(['unresolved']);
      await threads.author.reply('In @3, thank you.');
      await threads.author.shows('In @3, thank you.');
      await threads.reviewer.shows('In @3, thank you.');
      await workbench.run('PromptForge: Resolve Comments');
      await workbench.choose('Resolve Comments', 'Customers ask why.');
      await threads.author.listed(['resolved']);
      await threads.reviewer.listed(['resolved']);
    });

    await step('the author requests the new version instead', async () => {
      await author.workbench.pressInNotification('Promote…');
      const { detail } = await request(author.workbench, 3, 'The law asks for it');
      assert.match(detail, /^It replaces the request for @2 by jonas\.weber\.$/m);
    });

    await step('the reviewer approves it on its page, and it is live', async () => {
      const promotions = await reviewer.workbench.promotions();
      await promotions.goTo(`${PROMPT} version 3 to stable in production, from version 1`);
      await reviewer.workbench.press('Enter');
      await page.shows(`Promote ${PROMPT}@3 to production`);
      await page.press('Approve @3 for production…');
      await reviewer.workbench.confirm('Approve @3 for production');
      await reviewer.workbench.notification(
        `Approved: ${PROMPT}@3 is now live in production. It was @1. Applications get @3.`,
      );
      await page.shows('Live now');
      await reviewer.workbench.badge(undefined);
      const seen = await author.workbench.promotions();
      await seen.row(`${PROMPT} version 3 to stable in production, from version 1: live now`);
    });

    await step('the person on call rolls it back with four keys, and sees the result', async () => {
      const { workbench } = onCall;
      await workbench.run('PromptForge: Roll Back…');
      await workbench.takeFirst('Roll Back', `${PROMPT} in production`);
      await workbench.takeFirst(`Roll Back ${PROMPT}`, '@1 in production');
      const { message, detail } = await workbench.dialog();
      assert.equal(message, `Roll back ${PROMPT} to @1 in production?`);
      assert.match(
        detail,
        /^Live now: @3, .* promoted by jonas\.weber\.\n.*Reason: Rolled back from @3 to @1$/s,
      );
      await workbench.press('Enter');
      await workbench.notification(
        `Rolled back: ${PROMPT}@1 is live in production again. It was @3. Applications get @1.`,
      );
    });

    await step('everyone sees that it was rolled back, in applications and the log too', async () => {
      await page.shows('Rolled back to @1');
      const seen = await author.workbench.promotions();
      await seen.row(`${PROMPT} version 3 to stable in production, from version 1: rolled back to @1`);
      const { status, version } = await curl(`${registry.url}/v1/prompts/${PROMPT}`, keys.application);
      assert.deepEqual([status, version], [200, `${PROMPT}@1`]);
      assert.deepEqual(await told(admin), [
        'version.published jonas.weber @1',
        'promotion.applied mara.lindqvist @1',
        'version.published jonas.weber @2',
        'promotion.requested jonas.weber @2',
        'promotion.commented tomas.berg @2',
        'version.published jonas.weber @3',
        'promotion.commented jonas.weber @2',
        'comment.resolved jonas.weber @2',
        'promotion.requested jonas.weber @3',
        'promotion.superseded jonas.weber @2',
        'promotion.approved tomas.berg @3',
        'promotion.applied tomas.berg @3',
        'promotion.applied dana.horn @1',
      ]);
    });
  });
});

async function setKeys(workbench: Workbench, keys: Readonly<Record<string, string>>): Promise<void> {
  await workbench.status('no key');
  for (const [environment, key] of Object.entries(keys)) {
    await workbench.run('PromptForge: Set Key…');
    await workbench.answerHidden('Set Key', key);
    await workbench.notification(`${environment} key stored.`);
  }
  await workbench.clearNotifications();
}

async function publish(workbench: Workbench, version: number, message: string): Promise<void> {
  await workbench.run('PromptForge: Publish…');
  await workbench.answer(`Publish ${PROMPT}@${version}`, message);
  await workbench.notification(`Published ${PROMPT}@${version}.`);
}

/** Gives the question before. */
async function request(workbench: Workbench, version: number, reason: string) {
  await workbench.choose(`Promote ${PROMPT}@${version}`, 'production · stable');
  await workbench.answer(`Promote ${PROMPT}@${version} to production`, reason);
  const question = await workbench.confirm(`Ask to Promote @${version} to production`);
  await workbench.notification(
    `${PROMPT}@${version} waits for 1 approval before it goes live in production.`,
  );
  await workbench.clearNotifications();
  return question;
}

/** A registry in which production asks for the approval of another person, with one version live. */
async function governed(registry: ServedRegistry) {
  const client = (key: string) => new RegistryClient({ url: registry.url, key });
  const writes = await registry.createKey('development', 'author', 'jonas.weber');
  const admin = client(await registry.createKey('production', 'admin', 'mara.lindqvist'));
  const key = async (role: Role, actor: string) =>
    (await admin.createKey({ environment: PRODUCTION, role, actor })).key;
  const { version } = (
    await client(writes).publish(PROMPT, { source: FIRST, message: 'A greeting', base: null })
  ).version;
  const { policy } =
    (await admin.listEnvironments()).find(({ name }) => name === PRODUCTION) ?? assert.fail();
  await admin.putEnvironment(PRODUCTION, { ...policy, promoteFrom: null, approvals: 0 });
  await admin.promote(PROMPT, {
    environment: PRODUCTION,
    channel: STABLE,
    version,
    reason: 'The first',
    expected: null,
  });
  await admin.putEnvironment(PRODUCTION, { ...policy, promoteFrom: null, approvals: 1 });
  const keys = {
    writes,
    requests: await key('author', 'jonas.weber'),
    reviews: await key('approver', 'tomas.berg'),
    onCall: await key('approver', 'dana.horn'),
    application: await key('reader', 'greeting-service'),
  };
  return { keys, admin };
}

/** What the log holds of the prompt: what was done, by whom, and to which version. */
async function told(admin: RegistryClient): Promise<string[]> {
  const { events } = await admin.changes({ limit: 500 });
  return events
    .filter(({ prompt }) => prompt === PROMPT)
    .map(({ kind, actor, version }) => `${kind} ${actor} @${version}`);
}
