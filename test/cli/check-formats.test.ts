/** `promptforge check` for other programs: SARIF, annotations of GitHub Actions, and JSON. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import type { CheckFinding } from '../../src/cli/check/finding.ts';
import { annotationOf } from '../../src/cli/check/github-annotations.ts';
import { sarifOf } from '../../src/cli/check/sarif.ts';
import { hostileText } from '../hostile-text.ts';
import { runs } from '../runs.ts';
import { inProcess } from './in-process.ts';
import { MAIN } from './promptforge.ts';
import { assertFits } from './published-schemas.ts';
import { temporaryFolder } from './temporary-folder.ts';

const hostilePath = fc
  .array(
    hostileText.map(text => text.replaceAll(/[/\0]/g, '') || 'x'),
    { minLength: 1, maxLength: 3 },
  )
  .map(segments => segments.join('/'));
const place = fc.integer({ min: 1, max: 1e6 });
const aFinding: fc.Arbitrary<CheckFinding> = fc
  .record({
    path: hostilePath,
    level: fc.constantFrom('error' as const, 'warning' as const),
    code: fc.option(fc.constantFrom('unknown-helper', 'sample-mismatch'), { nil: undefined }),
    message: fc.oneof(hostileText, fc.string()),
    line: place,
    column: place,
  })
  .chain(({ path, line, column, ...finding }) =>
    fc.record({ more: fc.nat(3), wide: fc.nat(9) }).map(({ more, wide }) => ({
      ...{ ...finding, file: `/repository/${path}`, line, column },
      ...{ endLine: line + more, endColumn: column + wide },
    })),
  );

describe('the output of promptforge check', () => {
  const inFolder = temporaryFolder();
  const put = async (path: string, content: string | Uint8Array) => {
    await mkdir(dirname(inFolder(path)), { recursive: true });
    await writeFile(inFolder(path), content);
  };
  const check = (folder: string, ...args: string[]) =>
    inProcess(['check', ...args], { cwd: inFolder(folder), env: { GITHUB_WORKSPACE: '' } });

  it('is one workflow command per line for GitHub, which parses to the same findings', () => {
    fc.assert(
      fc.property(aFinding, finding => {
        const told = annotationOf(finding, '/repository');
        assert.doesNotMatch(told, /[\r\n]/);
        // As the runner takes it apart: github.com/actions/runner, ActionCommand.cs.
        const [, level, properties = '', data = ''] = /^::(error|warning) (.*?)::(.*)$/su.exec(told) ?? [];
        const plain = (value: string) =>
          value.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
        const read = Object.fromEntries(
          properties.split(',').map(each => {
            const [name = '', value = ''] = each.split('=', 2).length === 2 ? splitOnce(each) : [each];
            return [name, plain(value.replaceAll('%3A', ':').replaceAll('%2C', ','))];
          }),
        );
        assert.equal(level, finding.level);
        assert.equal(read['file'], finding.file.slice('/repository/'.length));
        assert.equal(read['line'], String(finding.line));
        assert.equal('col' in read, finding.line === finding.endLine);
        assert.equal(read['title'], finding.code);
        if (/^[\x20-\x7e]*$/.test(finding.message)) assert.equal(plain(data), finding.message);
      }),
      { numRuns: runs(3000, 300) },
    );
  });

  it('fits the published SARIF schema for any file names', async () => {
    const all = fc.sample(aFinding, { numRuns: runs(2000, 200), seed: 1 });
    await assertFits(sarifOf(all, '/repository'), 'sarif-2.1.0');
    await assertFits(sarifOf([], '/repository'), 'sarif-2.1.0');
    await assert.rejects(assertFits({ version: '2.1.0' }, 'sarif-2.1.0'));
    for (const finding of all.filter(({ file }) => file.isWellFormed())) {
      const { runs } = sarifOf([finding], '/repository') as { runs: [{ results: Result[] }] };
      const { uri } = runs[0].results[0]!.locations[0].physicalLocation.artifactLocation;
      assert.equal(decodeURIComponent(uri), finding.file.slice('/repository/'.length));
    }
  });

  it('names files relative to the root of the repository, in whatever folder the command runs', async () => {
    await mkdir(inFolder('repository/.git'), { recursive: true });
    await put('repository/app/prompts/wrong.prompt', '{{#if}}');
    const annotated = await check('repository/app', '--format', 'github');
    assert.deepEqual(
      [annotated.code, annotated.stdout],
      [
        3,
        '::error file=app/prompts/wrong.prompt,line=1,endLine=1,col=1,endColumn=8,title=unclosed-block::The block "{{#if}}" is never closed: add "{{/if}}".\n',
      ],
    );
    const json = JSON.parse((await check('repository/app', '--json')).stdout);
    assert.deepEqual(
      [json.prompts, json.samples, json.findings.map((each: Record<string, unknown>) => each['file'])],
      [1, 0, ['app/prompts/wrong.prompt']],
    );
    const sarif = JSON.parse((await check('repository/app', '--format', 'sarif')).stdout);
    await assertFits(sarif, 'sarif-2.1.0');
    assert.equal(
      sarif.runs[0].results[0].locations[0].physicalLocation.artifactLocation.uri,
      'app/prompts/wrong.prompt',
    );
    // Without a repository, from where CI checked it out.
    await put('checkout/app/wrong.prompt', '{{#if}}');
    const { stdout } = await inProcess(['check', '--json'], {
      cwd: inFolder('checkout/app'),
      env: { GITHUB_WORKSPACE: inFolder('checkout') },
    });
    assert.equal(JSON.parse(stdout).findings[0].file, 'app/wrong.prompt');
  });

  it('is complete if files cannot be checked because of their names, links or bytes', async function () {
    if (process.platform === 'win32') return this.skip(); // its disks refuse the names
    await put('odd/promptforge.json', '{"registry": "https://prompts.example.com"}');
    await put('odd/prompts/My Prompt.prompt', 'x');
    await put('odd/prompts/a:1:1: b,%\nx.prompt', '{{#if}}');
    await put('odd/prompts/same.prompt', 'x');
    await put('odd/prompts/Same.prompt', 'x');
    await put('odd/prompts/binary.prompt', Uint8Array.of(0xff, 0xfe));
    await put('odd/prompts/mark.prompt', '\ufeff---\nmodle: x\n---\n{{a}}\r\n');
    await put('outside.prompt', 'x');
    await symlink(inFolder('outside.prompt'), inFolder('odd/prompts/out.prompt'));
    await symlink('nowhere', inFolder('odd/prompts/nowhere.prompt'));
    await symlink('same.prompt', inFolder('odd/prompts/inside.prompt'));
    await symlink('.', inFolder('odd/prompts/loop'));
    const { code, stdout } = await check('odd', '--json');
    assert.equal(code, 4, 'a link that leads nowhere was not checked');
    const found = JSON.parse(stdout).findings.map((each: Record<string, unknown>) => [
      ...[each['file'], each['line'], each['level'], each['code']],
    ]);
    assert.deepEqual(found, [
      ['prompts/My Prompt.prompt', 1, 'error', 'bad-name'],
      ['prompts/a:1:1: b,%\nx.prompt', 1, 'error', 'bad-name'],
      ['prompts/a:1:1: b,%\nx.prompt', 1, 'error', 'unclosed-block'],
      ['prompts/binary.prompt', 1, 'error', null],
      ['prompts/mark.prompt', 2, 'warning', 'front-matter-key'],
      ['prompts/nowhere.prompt', 1, 'error', 'unreadable'],
      ['prompts/out.prompt', 1, 'error', 'outside'],
      ['prompts/same.prompt', 1, 'error', 'other-case'],
    ]);
  });

  it('shows progress on a terminal, and clears it', async function () {
    if (process.platform !== 'linux') return this.skip(); // util-linux has a terminal for a command
    const words = 'Sort {{#if mail}}{{mail}}{{/if}} into a queue. '.repeat(200);
    for (let index = 0; index < 300; index++) await put(`long/p${index}.prompt`, words);
    const command = `${process.execPath} ${MAIN} check`;
    const child = spawn('script', ['-qec', command, '/dev/null'], { cwd: inFolder('long') });
    child.stdin.end();
    const said = await text(child.stdout);
    assert.match(said, /\rChecking \d+ of 300…/);
    assert.ok(said.includes('\r\u001b[KAll 300 prompts can be published.'), said.slice(-200));
  });

  it('ends without an error if the reader closes the pipe', async () => {
    for (let index = 0; index < 300; index++) await put(`many/p${index}.prompt`, '{{#if}}\n{{x');
    const child = spawn(process.execPath, [MAIN, 'check', '--format', 'github'], { cwd: inFolder('many') });
    child.stdout.once('data', () => child.stdout.destroy());
    const closed = once(child, 'close');
    assert.match(await text(child.stderr), /^promptforge: 300 of 300 prompts cannot be published\.\n$/);
    assert.deepEqual(await closed, [3, null]);
  });
});

interface Result {
  readonly locations: [{ physicalLocation: { artifactLocation: { uri: string } } }];
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf('=');
  return [text.slice(0, at), text.slice(at + 1)];
}
