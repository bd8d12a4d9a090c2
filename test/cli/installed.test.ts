/** The npm package as a user gets it: its tarball installed globally, or run by npx, in an empty folder and offline. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { buildProduct } from '../../scripts/build.ts';
import { freePort } from '../../scripts/host/freePort.ts';
import { installOldestNode } from '../../scripts/host/promisedNode.ts';
import { packNpm } from '../../scripts/npmPackage.ts';
import { ROOT } from '../../scripts/projectRoot.ts';
import { aShell } from '../examples/a-shell.ts';
import { blocksOf } from '../examples/markdown.ts';
import { aRegistry } from '../registry/a-registry.ts';
import { temporaryFolder } from '../temporary-folder.ts';

describe('the installed command, on the oldest supported Node,', () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let tarball: string;
  before(async function () {
    if (process.platform === 'win32') return this.skip(); // the README is written for sh
    if (!existsSync(join(ROOT, 'dist', 'cli.js'))) await buildProduct();
    folder = await temporaryFolder();
    tarball = await packNpm(folder.path);
  });
  after(() => folder?.[Symbol.asyncDispose]());

  const shellIn = async (name: string) => {
    const empty = join(folder.path, name);
    await mkdir(empty);
    const prefix = join(folder.path, `${name}-prefix`);
    const env = {
      PATH: `${join(prefix, 'bin')}:${dirname(await installOldestNode())}:${process.env['PATH']}`,
      ...{ HOME: join(folder.path, `${name}-home`), npm_config_prefix: prefix, npm_config_offline: 'true' },
      ...{ npm_config_cache: join(folder.path, `${name}-cache`), npm_config_update_notifier: 'false' },
      ...{ npm_config_yes: 'true', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' },
    };
    return { empty, env };
  };

  it('works as in the README, downloads nothing and leaves nothing in the folder', async () => {
    const { empty, env } = await shellIn('readme');
    await copyFile(tarball, join(empty, basename(tarball)));
    await using shell = aShell(empty, env);
    const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
    const block = blocksOf(readme).find(({ text }) => text.includes('npm install --global'));
    const printed = await shell.run(block?.text ?? assert.fail('The README does not say how to install it.'));
    assert.equal(printed.split('\n').filter(line => line === packageJson.version).length, 2, printed);
    assert.deepEqual(await readdir(empty), [basename(tarball)]);
  });

  it('runs with "npx promptforge", which downloads no other package', async () => {
    const asked = new Set<string>();
    const server = createServer(async (request, response) => {
      const path = request.url ?? '';
      asked.add(path);
      if (path.endsWith('.tgz')) return void response.end(await readFile(tarball));
      const { version, bin } = packageJson;
      const dist = { tarball: `http://${request.headers.host}/promptforge.tgz` };
      const versions = { [version]: { name: 'promptforge', version, bin, dist } };
      response.end(JSON.stringify({ name: 'promptforge', 'dist-tags': { latest: version }, versions }));
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    try {
      const { empty, env } = await shellIn('npx');
      const npm_config_registry = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const online = { npm_config_registry, npm_config_offline: 'false', npm_config_audit: 'false' };
      await using shell = aShell(empty, { ...env, ...online });
      const printed = await shell.run('npx promptforge --version');
      assert.ok(printed.split('\n').includes(packageJson.version), printed);
      assert.deepEqual([...asked], ['/promptforge', '/promptforge.tgz']);
      assert.deepEqual(await readdir(empty), []);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('connects, pulls, checks and publishes from an empty folder', async () => {
    await using registry = await aRegistry();
    await registry.publish('support/triage', 'Sort {{mail}}.\n', null);
    const { empty, env } = await shellIn('empty');
    const key = await registry.key('development', 'author');
    await using shell = aShell(empty, { ...env, PROMPTFORGE_KEY_DEVELOPMENT: key });
    await shell.run(`npm install --global --no-audit --no-fund '${tarball}'`);
    await shell.run(`promptforge connect ${registry.url}\npromptforge pull\npromptforge check`);
    assert.equal(
      await readFile(join(empty, 'prompts', 'support', 'triage.prompt'), 'utf8'),
      'Sort {{mail}}.\n',
    );
    const published = await shell.run('promptforge new support/fresh\npromptforge publish -m "A new one"');
    assert.match(published, /published {2}support\/fresh@1/);
    const whole = await shell.run(
      'bash "$(npm root --global)/promptforge/ci/pull-request.sh" || echo "exit $?"',
    );
    assert.match(whole, /PROMPTFORGE_REGISTRY: Set it.*exit/s);
  });

  it('serves, renders in workers, delivers, backs up and verifies without warnings', async () => {
    const { empty, env } = await shellIn('serving');
    const port = await freePort();
    await using shell = aShell(empty, env);
    await using serving = aShell(empty, env);
    await shell.run(`npm install --global --no-audit --no-fund '${tarball}'`);
    await serving.start(`promptforge serve --data reg --port ${port} --workers 2\n`, /"event":"listening"/);
    const loop = '{{#each xs}}{{#each ../xs}}{{#each ../../xs}}{{/each}}{{/each}}{{/each}}x';
    const input = { version: 1, input: { xs: Array.from({ length: 200 }, (_, index) => index) } };
    const url = `http://127.0.0.1:${port}`;
    const printed = await shell.run(
      [
        'export PROMPTFORGE_KEY_DEVELOPMENT=$(promptforge keys create --data reg --environment development --role admin --actor mara)',
        `promptforge connect ${url}`,
        `mkdir -p prompts && printf '${loop}' > prompts/loop.prompt`,
        'promptforge publish -m First && promptforge promote loop --to development --reason Tried',
        `curl -s -H "Authorization: Bearer $PROMPTFORGE_KEY_DEVELOPMENT" ${url}/v1/prompts/loop; echo`,
        `curl -s -H "Authorization: Bearer $PROMPTFORGE_KEY_DEVELOPMENT" -H 'Content-Type: application/json' -d '${JSON.stringify(input)}' ${url}/v1/prompts/loop/-/render; echo`,
        'promptforge backup --data reg --output copy && promptforge verify --data copy',
        'promptforge export --data reg --output log.jsonl && promptforge signing-key --help',
      ].join('\n'),
    );
    assert.ok(printed.includes(loop), printed);
    assert.match(printed, /"code":"too_expensive"/);
    assert.match(printed, /Verified \d+ events with all sources and tables\./);
    assert.doesNotMatch(printed, /warning/i);
  });
});
