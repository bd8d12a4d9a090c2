// Taking newer partials in: for one prompt by publishing it again, for all that use one with Update Partials….

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { type PromptName, parsePromptName } from '../../src/core/name.ts';
import { documentsIn } from '../../src/editor/versions/tab-documents.ts';
import { eventually } from '../eventually.ts';
import { inserted } from './support/edited.ts';
import { freshPrompt } from './support/fresh-prompt.ts';
import { activeTab, inside, promptFile, root, run } from './support/inside.ts';
import { shownTab } from './support/shown.ts';
import type { Seen } from './support/team-registry.ts';
import { teamWindow } from './support/team-window.ts';

describe('newer versions of partials', () => {
  const team = teamWindow({ keys: { development: ['author', 'tomas.berg'] } });
  const beside = (prompt: PromptName, name: string) => parsePromptName(`${prompt.split('/')[0]}/${name}`);
  const author = () => team.client('development', 'author', 'tomas.berg');
  const newest = async (prompt: PromptName) => (await (await author()).getPrompt(prompt)).newest;

  /** A clean file of a prompt that uses `_header`, which has a newer version since. */
  async function olderHeader(): Promise<{ prompt: PromptName; header: PromptName }> {
    const prompt = freshPrompt();
    const header = beside(prompt, '_header');
    await team.publish(header, 'Old\n');
    await team.publishWithFile(prompt, '{{> header}}\nText\n');
    await (await author()).publish(header, { source: 'New {{branch}}\n', base: 1, message: '' } as never);
    return { prompt, header };
  }

  it('are adopted by publishing the same text again, after showing them', async () => {
    const { prompt, header } = await olderHeader();
    // The whole name where a prompt of another test has the same last part.
    const titles = [prompt.slice(prompt.lastIndexOf('/') + 1), prompt].map(
      name => `${name}: @1 ↔ your file, 1 change (2 files)`,
    );
    let isShown = false;
    const ask = await run(
      'publish',
      {
        texts: ['With the new header'],
        meanwhile: async () => {
          await shownTab(...titles);
          isShown = true;
        },
      },
      prompt,
    );
    assert.ok(isShown);
    assert.match(ask.asked[0]?.prompt ?? '', /^1 change: .*_header @1 → @2\. Breaking for applications: /);
    await ask.message(new RegExp(`^Published ${prompt}@2\\.`));
    const { partials, version } = await newest(prompt);
    assert.deepEqual([version, partials], [2, { header: { prompt: header, version: 2 } }]);
    const lock = JSON.parse(await readFile(join(root(), 'promptforge.lock.json'), 'utf8'));
    assert.equal(lock.prompts[prompt].version, 2);
    const again = await run('publish', {}, prompt);
    await again.message(`Nothing new was published: ${prompt}@2 already has this text.`);
  });

  it('are not counted as published when the request failed, and a lost answer makes no second version', async () => {
    const { prompt } = await olderHeader();
    let isDown = false;
    const isPublication = ({ method, path }: Seen) => method === 'POST' && path.endsWith('/versions');
    team.registry.weather = seen => {
      isDown ||= isPublication(seen);
      return isPublication(seen) ? 'down' : 'pass';
    };
    const down = await run('publish', { texts: ['With the new header'] }, prompt);
    await down.message(new RegExp(`Nothing was published: the newest version of ${prompt} is unchanged`));
    assert.ok(isDown);
    assert.equal((await newest(prompt)).version, 1);
    team.registry.weather = seen => (isPublication(seen) ? 'lost' : 'pass');
    const lost = await run('publish', { texts: ['With the new header'] }, prompt);
    await lost.message(new RegExp(`The response was lost, but ${prompt}@2 was published\\.$`));
    team.registry.weather = () => 'pass';
    const again = await run('publish', {}, prompt);
    await again.message(/^Nothing new was published/);
    assert.equal((await newest(prompt)).version, 2);
  });

  it('are adopted by an edited file too, even if somebody adopted them before', async () => {
    const { prompt } = await olderHeader();
    const source = '{{> header}}\nText\n';
    await (await author()).publish(prompt, { source, base: 1, message: 'By another' } as never);
    await inserted(vscode.Uri.file(promptFile(prompt)), 'More\n', new vscode.Position(2, 0));
    await run('refresh');
    const ask = await run('publish', { texts: ['More'] }, prompt);
    await ask.message(new RegExp(`^Published ${prompt}@3\\.`));
  });

  it('are adopted by all prompts that use them, partials first, with one preview and one message', async () => {
    const { prompt, header } = await olderHeader();
    const page = beside(prompt, '_page');
    const through = beside(prompt, 'through');
    // One that uses the old header, and a prompt that uses that one.
    await team.publish(page, 'Page\n');
    await team.publish(through, '{{> page}}');
    const client = await author();
    await client.publish(page, { source: 'Page {{> header}}\n', base: 1, message: '' } as never);
    await client.publish(through, { source: '{{> page}}', base: 1, message: '' } as never);
    await client.publish(header, { source: 'Newest\n', base: 2, message: '' } as never);
    let shown: readonly string[] = [];
    let text: string | undefined;
    const ask = await run(
      'updatePartials',
      {
        texts: ['Use the newest header'],
        meanwhile: async () => {
          const tab = await eventually('the comparison', () =>
            activeTab()?.label.startsWith('Update ') ? activeTab() : undefined,
          );
          shown = documentsIn(tab).map(({ scheme, path }) => `${scheme}:${path}`);
          const [last] = documentsIn(tab).filter(({ path }) => path.includes('through'));
          text = last && (await vscode.workspace.openTextDocument(last)).getText();
        },
      },
      header,
    );
    assert.equal(ask.asked[0]?.title, `Update ${header} in 3 prompts`);
    assert.deepEqual(shown, [
      `promptforge:/${header}@3`,
      `promptforge:/${header}@3`,
      `promptforge-planned:/${page}.prompt`,
      `promptforge-planned:/${prompt}.prompt`,
      `promptforge-planned:/${through}.prompt`,
    ]);
    assert.equal(text, 'Page Newest\n\n');
    await ask.message('Updated 3 prompts. Applications get the new versions once you promote them.');
    assert.deepEqual((await newest(through)).partials, { page: { prompt: page, version: 3 } });
    assert.deepEqual((await newest(page)).partials, { header: { prompt: header, version: 3 } });
    const { prompts } = (await inside()).workbench;
    const listed = prompts.listed.get(prompt);
    assert.deepEqual([listed?.state, listed?.base, listed?.summary?.outdatedPartials], ['clean', 2, []]);
  });

  it('are adopted as far as the network allows, and the rest later', async () => {
    const { prompt, header } = await olderHeader();
    const other = beside(prompt, 'zebra');
    const client = await author();
    // Published with the newest, and the header moves on once more.
    await team.publish(other, '{{> header}}');
    await client.publish(header, { source: 'Third\n', base: 2, message: '' } as never);
    team.registry.weather = ({ method }) => (method === 'POST' ? 'lost' : 'pass');
    const lost = await run('updatePartials', { texts: ['Once'] }, header);
    await lost.message(
      new RegExp(`^Updated ${prompt}\\. .* Not updated: ${other}\\. ${other}: It was skipped\\.`),
    );
    team.registry.weather = () => 'pass';
    const rest = await run('updatePartials', { texts: ['Twice'] }, header);
    await rest.message(`Updated ${other}. Applications get the new versions once you promote them.`);
    assert.deepEqual([(await newest(prompt)).version, (await newest(other)).version], [2, 2]);
  });
});
