/** docs/quickstart.md, as somebody follows it: every command and file as it is written, in an empty folder. */
import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { freePort } from '../../scripts/host/freePort.ts';
import { installOldestNode } from '../../scripts/host/promisedNode.ts';
import { packNpm } from '../../scripts/npmPackage.ts';
import { ROOT } from '../../scripts/projectRoot.ts';
import { aModelApi } from '../sdk/a-model-api.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aShell } from './a-shell.ts';
import { anNpmRegistry } from './an-npm-registry.ts';
import { blocksOf } from './markdown.ts';

const PORT = '7878';

describe('docs/quickstart.md', () => {
  it('leads from an empty folder to a rollback', async function () {
    if (process.platform === 'win32') return this.skip(); // it is written for sh
    const guide = await readFile(join(ROOT, 'docs', 'quickstart.md'), 'utf8');
    // Nothing else differs from what is written: others may use the port that it names.
    const port = String(await freePort());
    const blocks = blocksOf(guide.replaceAll(PORT, port));
    await using folder = await temporaryFolder();
    await using api = await aModelApi('cards');
    await using npm = await anNpmRegistry(['openai']);
    const empty = join(folder.path, 'empty');
    await mkdir(empty);
    await packNpm(empty);
    const env = {
      // On the oldest Node that it says one needs.
      PATH: `${dirname(await installOldestNode())}:${process.env['PATH']}`,
      HOME: join(folder.path, 'home'),
      OPENAI_BASE_URL: `${api.url}/v1`,
      PROMPTFORGE_PORT: port,
      npm_config_registry: npm.url,
      npm_config_cache: join(folder.path, 'cache'),
      npm_config_update_notifier: 'false',
    };
    await using first = aShell(empty, env);
    await using second = aShell(empty, env);
    let printed = '';
    for (const { language, of, text } of blocks) {
      if (language === 'text') {
        for (const line of text.trimEnd().split('\n'))
          assert.ok(printed.split('\n').includes(line), `It says "${line}", and what came was:\n${printed}`);
      } else if (language !== 'sh') {
        assert.ok(of !== undefined, `No file is named for:\n${text}`);
        await mkdir(dirname(join(empty, of)), { recursive: true });
        await writeFile(join(empty, of), text);
      } else if (of === 'registry') await second.start(text, /"event":"listening"/);
      else printed = await first.run(text);
    }

    assert.deepEqual(
      api.sent.map(({ path, body }) => [path, body['model'], queuesIn(body)]),
      ['cards, fees and loans', 'cards, fees, loans and complaints', 'cards, fees and loans'].map(queues => [
        '/v1/chat/completions',
        'gpt-5-mini',
        queues,
      ]),
    );
    // An application installs one package besides the SDK of its choice.
    const installed = (await readdir(join(empty, 'node_modules'))).filter(name => !name.startsWith('.'));
    assert.deepEqual(installed.sort(), ['openai', 'promptforge']);
    assert.ok(!npm.asked.some(path => /keytar/.test(path)));
  });
});

function queuesIn(body: Readonly<Record<string, unknown>>): string | undefined {
  return /into one of the queues (.*?)\./.exec(JSON.stringify(body['messages']))?.[1];
}
