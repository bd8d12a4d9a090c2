/** The side bar as one meets it at any width, and with a mouse. */

import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { settle } from '../../scripts/host/workbenchWindow.ts';
import { RegistryClient } from '../../src/client/registry-client.ts';
import { STABLE } from '../../src/core/channel.ts';
import { type EnvironmentName, parseEnvironmentName } from '../../src/core/environment.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { journey } from './support/journey.ts';
import { type ServedRegistry, serveRegistry } from './support/served-registry.ts';
import { isThere, until, untilVisible } from './support/waiting.ts';

const PROMPT = parsePromptName('support/greeting');
const PRODUCTION = parseEnvironmentName('production');

describe('the side bar', () => {
  journey(
    'shows version, environment and state at any width, and accepts dragged prompts',
    async ({ folder, workspace, write, open, use, step }) => {
      const registry = use(await serveRegistry(join(folder, 'registry')));
      await promotedAndRolledBack(registry);
      const key = await registry.createKey('production', 'approver', 'tomas.berg');
      await write({
        'promptforge.json': JSON.stringify({ registry: registry.url, prompts: 'prompts' }),
        'prompts/cards/block.prompt': 'Block the card.\n',
        'prompts/support/triage.prompt': 'Sort it.\n{{> ../cards/block}}\n',
        'prompts/note.prompt': 'Take a note.\n',
      });
      const { workbench, page } = await open();
      const pane = (view: string) =>
        page
          .locator('[id="workbench.view.extension.promptforge"] .pane')
          .filter({ has: page.locator(`.pane-header[aria-label^="${view} "]`) });

      await step('connects, and shows what was done in production', async () => {
        await workbench.status('no key');
        await workbench.run('PromptForge: Set Key…');
        await workbench.answerHidden('Set Key', key);
        await workbench.notification('Production key stored.');
        await workbench.clearNotifications();
        const promotions = await workbench.promotions();
        await promotions.row(
          `${PROMPT} version 2 to stable in production, from version 1: rolled back to @1`,
        );
      });

      for (const [width, promised] of [
        [300, ['@1 live now', '@2 rolled back to @1', '@1 was live until', 'greeting@3 production: 0 of']],
        [200, ['@1 live now', '@2 rolled back to', '@1 was live until', 'greeting@3 prod']],
        [170, ['@1 live now', '@2 rolled back', '@1 was live', 'greeting@3']],
      ] as const)
        await step(`is readable at ${width} pixels`, async () => {
          await resize(page, width);
          const rows = pane('Promotions').locator('.monaco-list-row');
          const visible = ['Done: production', 'Waiting', ...promised];
          await until(`what is promised at ${width} pixels`, async () => {
            const seen = await readable(rows);
            const isAll = visible.every(text => seen.some(row => row.startsWith(text)));
            return { found: isAll || undefined, seen };
          });
        });

      await step('moves a prompt into a folder by dragging', async () => {
        await resize(page, 300);
        const prompts = await workbench.prompts();
        await prompts.expand('Folder cards');
        const rows = pane('Prompts').locator('.monaco-list-row');
        const target = rows.filter({ hasText: /^support/ }).first();
        await drag(page, rows.filter({ hasText: /^block/ }).first(), target);
        const { message } = await workbench.confirm('Move');
        assert.equal(message, 'Move cards/block to support?');
        await until('the file in its new place', async () => ({
          found: await access(join(workspace, 'prompts/support/block.prompt')).then(
            () => true,
            () => undefined,
          ),
          seen: await prompts.rows(),
        }));
        await workbench.notification('support/block');
        await prompts.selected('Prompt block');
      });

      await step('moves a prompt out of its folder by dragging it to the empty space', async () => {
        await workbench.clearNotifications();
        const prompts = await workbench.prompts();
        await prompts.expand('Folder support');
        const rows = pane('Prompts').locator('.monaco-list-row');
        const list = pane('Prompts').locator('.monaco-list');
        const box = await list.boundingBox();
        assert.ok(box);
        // The files are listed anew after the last move: VS Code drops what is dragged meanwhile.
        await settle(page);
        await drag(page, rows.filter({ hasText: /^block/ }).first(), list, {
          x: box.width / 2,
          y: box.height - 10,
        });
        const { message } = await workbench.confirm('Move');
        assert.equal(message, 'Move support/block to the top level?');
        await until('the file in its new place', async () => ({
          found: await access(join(workspace, 'prompts/block.prompt')).then(
            () => true,
            () => undefined,
          ),
          seen: await prompts.rows(),
        }));
      });
    },
  );
});

/** Drags the edge of the side bar. */
async function resize(page: Page, width: number): Promise<void> {
  const sideBar = page.locator('.part.sidebar');
  await until(`a side bar of ${width} pixels`, async () => {
    const box = await sideBar.boundingBox();
    if (box === null) return { found: undefined, seen: ['none'] };
    if (Math.abs(box.width - width) <= 2) return { found: true, seen: [] };
    await page.mouse.move(box.x + box.width, 500);
    await page.mouse.down();
    await page.mouse.move(box.x + width, 500, { steps: 5 });
    await page.mouse.up();
    return { found: undefined, seen: [String(box.width)] };
  });
}

/** As much of each row's label as is not cut off. */
function readable(rows: Locator): Promise<string[]> {
  return rows.evaluateAll(found =>
    found.map(row => {
      const name = row.querySelector('.label-name');
      const node = name && row.ownerDocument.createTreeWalker(name, 4 /* text */).nextNode();
      const box = row.querySelector('.monaco-icon-label-container')?.getBoundingClientRect();
      if (!node || !box) return '';
      const text = node.textContent ?? '';
      for (let end = text.length; end > 0; end--) {
        const range = row.ownerDocument.createRange();
        range.setStart(node, 0);
        range.setEnd(node, end);
        // What is cut off ends in an ellipsis, which takes the place of the last characters.
        const limit = box.right - (end < text.length ? 12 : 0);
        if (range.getBoundingClientRect().right <= limit + 0.5) return text.slice(0, end);
      }
      return '';
    }),
  );
}

/** Drags until VS Code asks about it: what is dragged is dropped where the tree changes meanwhile. */
async function drag(
  page: Page,
  from: Locator,
  to: Locator,
  position?: { x: number; y: number },
): Promise<void> {
  const question = page.locator('.monaco-dialog-box');
  await until('a question about what was dragged', async () => {
    await dragOnce(page, from, to, position);
    return { found: (await isThere(question)) || undefined, seen: [] };
  });
}

async function dragOnce(
  page: Page,
  from: Locator,
  to: Locator,
  position?: { x: number; y: number },
): Promise<void> {
  await untilVisible(from, 'what is dragged');
  await from.hover();
  await page.mouse.down();
  // VS Code begins to drag once the mouse has moved, and opens folders that it rests on.
  const box = await from.boundingBox();
  if (box !== null) await page.mouse.move(box.x + 40, box.y + box.height + 4, { steps: 3 });
  await to.hover({ ...(position && { position }), force: true });
  await to.hover({ ...(position && { position }), force: true });
  await page.mouse.up();
}

/** Production had @1, then @2, and has @1 again; @3 waits. */
async function promotedAndRolledBack(registry: ServedRegistry): Promise<void> {
  const client = async (environment: string, role: string, actor: string) =>
    new RegistryClient({ url: registry.url, key: await registry.createKey(environment, role, actor) });
  const author = await client('development', 'author', 'jonas.weber');
  const admin = await client('production', 'admin', 'mara.lindqvist');
  const version = (number: number | null) => (number === null ? null : parseVersionNumber(number));
  for (const base of [null, 1, 2])
    await author.publish(PROMPT, { source: `Greet ${base}.\n`, message: 'A greeting', base: version(base) });
  const set = async (approvals: number) => {
    const { policy } =
      (await admin.listEnvironments()).find(({ name }) => name === PRODUCTION) ?? assert.fail();
    await admin.putEnvironment(PRODUCTION, { ...policy, promoteFrom: null, approvals });
  };
  const promote = (by: RegistryClient, to: number, expected: number | null) =>
    by.promote(PROMPT, {
      environment: PRODUCTION as EnvironmentName,
      channel: STABLE,
      version: parseVersionNumber(to),
      reason: 'For the pilot',
      expected: version(expected),
    });
  await set(0);
  await promote(admin, 1, null);
  await promote(admin, 2, 1);
  await promote(admin, 1, 2);
  await set(1);
  await promote(await client('production', 'approver', 'jonas.weber'), 3, 1);
}
