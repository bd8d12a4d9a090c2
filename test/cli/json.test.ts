/** `--json` and exit codes: the same on every command. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { ROOT } from '../../scripts/projectRoot.ts';
import { COMMAND_GROUPS } from '../../src/cli/commands.ts';
import { EXIT } from '../../src/cli/exit-code.ts';
import { aRegistry } from '../registry/a-registry.ts';
import { aWorkingCopy } from './a-working-copy.ts';
import { inProcess } from './in-process.ts';

/** What `lsp` writes is JSON-RPC; the log of `serve` is JSON, a line for each event. Neither has a result. */
const WITHOUT = ['lsp', 'serve'];

describe('every command', () => {
  it('has --json, and describes its output in the help', async () => {
    const commands = await Promise.all(
      COMMAND_GROUPS.flatMap(({ commands }) => commands).map(({ load }) => load()),
    );
    const leaves = (command: Command): Command[] =>
      command.commands.length === 0 ? [command] : command.commands.flatMap(leaves);
    const all = commands.flatMap(leaves);
    assert.ok(all.length > 30);
    const lacking = all.filter(command => !command.options.some(({ long }) => long === '--json'));
    assert.deepEqual(
      lacking.map(command => command.name()),
      WITHOUT,
    );
    for (const command of all) {
      const option = command.options.find(({ long }) => long === '--json');
      assert.notEqual(option?.description, '', command.name());
    }
  });

  it('prints one JSON value, and nothing else, on stdout', async () => {
    await using registry = await aRegistry();
    await registry.publish('a', 'A {{b}}', null);
    const PROMPTFORGE_KEY_DEVELOPMENT = await registry.key('development', 'admin');
    await using copy = await aWorkingCopy(registry.url, { PROMPTFORGE_KEY_DEVELOPMENT });
    const why = ['--reason', 'x'];
    const lines: string[][] = [
      ...[['connect', registry.url], ['whoami'], ['pull'], ['status'], ['new', 'b'], ['diff']],
      ...[['check'], ['publish', '-m', 'x', '--dry-run'], ['publish', '-m', 'x'], ['log', 'a']],
      ...[
        ['show', 'a@1'],
        ['blame', 'a'],
        ['promote', 'a', '--to', 'development', ...why],
        ['promote', 'a', '--to', 'development', ...why],
      ],
      ['promote', '--release', 'promptforge.lock.json', '--to', 'development', ...why],
      ['releases'],
      ...[
        ['status', '--live', 'development', '--check'],
        ['resolve', 'a@1'],
      ],
      ...[
        ['live', 'a', '--environment', 'development', '--registry', registry.url],
        ['render', 'prompts/a.prompt'],
      ],
      ...[['generate'], ['generate', '-o', 'gen.ts'], ['generate', '-o', 'gen.ts', '--check']],
      ['snapshot', '-o', 'snapshot.json'],
      ...[
        ['archive', 'b', ...why, '--yes'],
        ['restore', 'b', ...why],
      ],
    ];
    for (const args of lines) {
      const { code, stdout, stderr } = await copy.runApart(
        { PROMPTFORGE_KEY: PROMPTFORGE_KEY_DEVELOPMENT },
        ...args,
        '--json',
      );
      assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
      assert.equal(typeof JSON.parse(stdout), 'object', args.join(' '));
      assert.ok(!stderr.includes('\r'), 'progress is for terminals');
    }
  });

  it('has only exit codes that the help and docs/cli.md list, once and in order', async () => {
    const codes = Object.values(EXIT).map(String);
    const { stdout } = await inProcess(['--help']);
    const [, help = ''] = /Exit codes:\n((?: {2}\d.*\n)+)/.exec(stdout) ?? [];
    assert.deepEqual(
      help.match(/^ {2}\d/gm)?.map(each => each.trim()),
      codes,
    );
    const docs = await readFile(join(ROOT, 'docs', 'cli.md'), 'utf8');
    const [, table = ''] = /\| exit code \| \|\n\| --- \| --- \|\n((?:\|.*\n)+)/.exec(docs) ?? [];
    assert.deepEqual(
      [...table.matchAll(/^\| (\d) \|/gm)].map(([, code]) => code),
      codes,
    );
  });
});
