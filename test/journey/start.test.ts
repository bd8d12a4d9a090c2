/** `npm start` as its user meets it: the address it prints, the demo in a browser, a second start beside it, and Ctrl-C. */
import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { cacheFolder } from '../../scripts/host/cacheFolder.mjs';
import { patience } from '../../scripts/host/patience.ts';
import { installServer } from '../../scripts/host/vscodeServer.ts';
import { NEWEST } from '../../scripts/host/vscodeVersions.ts';
import { ROOT } from '../../scripts/projectRoot.ts';
import { step as signOfLife } from '../../scripts/testing/heartbeat.ts';
import { seesItGoAndComeBack } from './going-away.ts';
import { journey } from './support/journey.ts';
import { serveRegistry } from './support/served-registry.ts';
import { workAsATeam } from './team.ts';
import { isTheFirstScreen, takeTheTour } from './tour.ts';

const quiet = (): void => undefined;

describe('npm start', () => {
  journey('opens the demo, where a person explores, compares and sees a mistake reported', async journey => {
    const { openAt, step } = journey;
    const place = journey.use(await aPlaceForTheDemo());
    const address = await journey.use(start(place.cache)).address();
    signOfLife('It printed its address');
    const window = await openAt(address, place.logs);
    const { workbench, page } = window;

    await step('opens the tour, a prompt and its preview, and the view PromptForge', () =>
      isTheFirstScreen(window),
    );

    await takeTheTour(window, step);

    await step('shows its notifications', async () => {
      await workbench.status('embedded');
      await workbench.openFile('prompts/support/assistant.prompt');
      // Looked for before it can come: it hides by itself after seconds.
      const shown = page
        .locator('.notifications-toasts .notification-list-item-message')
        .filter({ hasText: 'Nothing new was published: support/assistant@5 already has this text.' })
        .first()
        .waitFor({ timeout: patience(120_000) });
      await Promise.all([shown, workbench.run('PromptForge: Publish…')]);
    });

    await step('shows prompts, what is live and versions, and opens a version', async () => {
      const prompts = await workbench.prompts();
      // Where the tour was; the versions there are called like those here.
      await prompts.goTo('Folder fees');
      await workbench.press('ArrowLeft');
      await prompts.expand('Folder support');
      await prompts.expand('Prompt assistant, version 5');
      await prompts.goTo(/^stable in production: version \d/);
      await prompts.goTo('Version 1');
      await workbench.press('Enter');
      await workbench.opened('assistant@1');
    });

    await step('follows the editor in the tree, and filters while typing', async () => {
      await workbench.openFile('prompts/support/triage.prompt');
      const prompts = await workbench.prompts();
      await prompts.selected('Prompt triage, version 5, version 5 is live in production');
      await workbench.run('PromptForge: Filter Prompts…');
      await workbench.question('Filter Prompts');
      await workbench.type('older est');
      await prompts.row('Prompt card-abroad-estimate, version 3, older partials');
      await workbench.press('Escape');
      await prompts.goTo('Prompt assistant, version 5');
    });

    await step('renames a prompt with the keyboard in the tree, and undoes it', async () => {
      const prompts = await workbench.prompts();
      await prompts.goTo('Prompt assistant, version 5');
      await workbench.press('F2');
      await workbench.answer('Rename support/assistant', 'helper');
      await workbench.notification('The registry keeps support/assistant with its 5 versions');
      await prompts.goTo('Prompt helper, not published, renamed from support/assistant');
      await workbench.openFile('prompts/support/helper.prompt');
      await workbench.press('ControlOrMeta+KeyZ');
      await prompts.goTo('Prompt assistant, version 5, version 4 is');
    });

    await step('compares a file with what is live in production', async () => {
      await workbench.openFile('prompts/support/assistant.prompt');
      await workbench.run('PromptForge: Compare with Live Version…');
      await workbench.choose('Compare support/assistant with Live Version', 'production · stable');
      await workbench.opened('assistant: @');
    });

    await step('shows after a rollback the current status of each promotion', async () => {
      await workbench.openFile('prompts/support/triage.prompt');
      const began = performance.now();
      // Three steps with the file open: the command, the version and the question.
      await workbench.run('PromptForge: Roll Back…');
      await workbench.choose('Roll Back support/triage', '@4 in production');
      await workbench.confirm('Roll Back production to @4');
      await workbench.notification('Rolled back: support/triage@4 is live in production again. It was @5.');
      // For docs/benchmarks.md: speed is looked at, not asserted.
      console.log(
        `      Production was rolled back in ${((performance.now() - began) / 1000).toFixed(1)} s.`,
      );
      const promotions = await workbench.promotions();
      await promotions.expand('Done: production');
      const where = 'to stable in production, from version';
      await promotions.goTo(`support/triage version 4 ${where} 5: live now · rollback`);
      await promotions.goTo(`support/triage version 5 ${where} 4: rolled back to @4`);
    });

    await step(
      'shows for a rollback what happens to partials, and names the input that it drops',
      async () => {
        const prompt = 'fees/transfer-estimate';
        await workbench.openFile(`prompts/${prompt}.prompt`);
        await workbench.run('PromptForge: Roll Back…');
        await workbench.choose(`Roll Back ${prompt}`, '@4 in staging');
        const { detail } = await workbench.dialog();
        await workbench.tab('transfer-estimate: @7 ↔ @4, 3 changes');
        await workbench.comparisonWraps();
        assert.match(detail, /^3 changes: the prompt.* fees\/_rules@2 \(removed\)/m);
        assert.match(
          detail,
          /^Breaking for applications: .*The input "schedule" is dropped, and what is sent for it is ignored\./m,
        );
        await workbench.press('Escape');
      },
    );

    await step('refuses a file with an unclosed block, points to it, and publishes nothing', async () => {
      await workbench.openFile('prompts/support/assistant.prompt');
      await workbench.press('ControlOrMeta+End');
      await workbench.type('{{#if urgent}}');
      await workbench.run('PromptForge: Publish…');
      const told = await workbench.notification('Nothing was published.');
      const [, line, column] = /assistant\.prompt:(\d+):(\d+)/.exec(told) ?? [];
      assert.ok(line !== undefined && column !== undefined, `No file, line and column: ${told}`);
      await workbench.problem(new RegExp(`line ${line} and character ${column}\\b`));
      const prompts = await workbench.prompts();
      await prompts.goTo('Prompt assistant, version 5, modified');
    });

    const registry = journey.use(await serveRegistry(join(journey.folder, 'registry')));
    const key = await registry.createKey('development', 'author', 'mara.lindqvist');
    await seesItGoAndComeBack(window, step, registry, key);
  });

  journey(
    '--governed opens a team demo, restores it the next time, and ends all it started',
    async journey => {
      const { openAt, step } = journey;
      const place = journey.use(await aPlaceForTheDemo('demo-governed'));
      // As after the first start: the first screen was shown, and everything was closed.
      await mkdir(place.demo);
      await writeFile(join(place.demo, 'guide-shown'), '');
      const first = journey.use(start(place.cache, '--governed'));
      const address = await first.address();
      signOfLife('The first printed its address');

      const second = start(place.cache, '--governed');
      assert.equal(await second.address(), address);
      assert.equal(await second.ended, 0);
      const fresh = start(place.cache, '--governed', '--fresh');
      assert.equal(await fresh.ended, 1);
      assert.match(fresh.said(), /The demo is open \(process \d+\): stop that with Ctrl-C/);

      const window = await openAt(address, place.logs);
      const { workbench, page } = window;
      await step('shows who you are, and leaves the layout unchanged', async () => {
        // It comes after the first screen would have come.
        await workbench.status('You are Tomas Berg');
        assert.deepEqual(await page.locator('.editor-group-container .tab').allInnerTexts(), []);
      });
      await workAsATeam(window, step);

      first.child.kill('SIGINT');
      assert.equal(await first.ended, 0);
      await assert.rejects(fetch(address), "VS Code's server still answers.");
    },
  );

  it('prints its options on request or for an unknown option', async () => {
    await using place = await aPlaceForTheDemo();
    const help = start(place.cache, '--help');
    assert.equal(await help.ended, 0);
    assert.match(help.said(), /npm start -- --governed/);
    const unknown = start(place.cache, '--govern');
    assert.equal(await unknown.ended, 2);
    assert.match(unknown.said(), /^Unknown option '--govern'\.\n\nnpm start opens/);
  });
});

interface Place extends AsyncDisposable {
  /** For XDG_CACHE_HOME: an absolute path. */
  readonly cache: string;
  /** The demo's own folder: an absolute path; not there yet. */
  readonly demo: string;
  /** Where the demo's VS Code logs: an absolute path. */
  readonly logs: string;
}

/** A cache of its own for the demo, with the VS Code that this machine has. */
async function aPlaceForTheDemo(name = 'demo'): Promise<Place> {
  await installServer(NEWEST, quiet);
  const cache = await mkdtemp(join(tmpdir(), 'promptforge-start-'));
  await mkdir(join(cache, 'promptforge'));
  await symlink(join(cacheFolder(), 'hosts'), join(cache, 'promptforge', 'hosts'), 'junction');
  const demo = join(cache, 'promptforge', name);
  return {
    cache,
    demo,
    logs: join(demo, 'vscode', 'data', 'data', 'logs'),
    [Symbol.asyncDispose]: () => rm(cache, { recursive: true, force: true, maxRetries: 5 }),
  };
}

interface Started extends AsyncDisposable {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  /** Its exit code. */
  readonly ended: Promise<number | null>;
  /** The address it prints. @throws {Error} with all that it said when it ends without one */
  address(): Promise<string>;
  said(): string;
}

function start(cache: string, ...args: readonly string[]): Started {
  const child = spawn(process.execPath, [join(ROOT, 'scripts', 'start.ts'), '--no-open', ...args], {
    env: { ...process.env, XDG_CACHE_HOME: cache },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = once(child, 'close').then(([code]) => code as number | null);
  const printed = Promise.withResolvers<string>();
  let said = '';
  const hear = (text: string): void => {
    said += text;
    // With what follows it: a part of it may come first.
    const address = /http:\/\/127\.0\.0\.1:\d+\/\S*(?=\s)/.exec(said)?.[0];
    if (address !== undefined) printed.resolve(address);
  };
  child.stdout.setEncoding('utf8').on('data', hear);
  child.stderr.setEncoding('utf8').on('data', hear);
  void ended.then(code => printed.reject(new Error(`It ended with ${code} and no address:\n${said}`)));
  printed.promise.catch(() => undefined); // For those that are expected to print none.
  return {
    child,
    ended,
    address: () => printed.promise,
    said: () => said,
    async [Symbol.asyncDispose]() {
      child.kill('SIGINT');
      await ended;
    },
  };
}
