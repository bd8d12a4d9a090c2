/** What the command line says of itself, and what wrong usage gets. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import packageJson from '../../package.json' with { type: 'json' };
import { runCommand } from '../../scripts/host/runCommand.ts';
import { ROOT } from '../../scripts/projectRoot.ts';
import { checkNodeVersion } from '../../src/cli/node-version.ts';
import { dataOption } from '../../src/cli/registry-options.ts';
import { inProcess } from './in-process.ts';
import { promptforge } from './promptforge.ts';

const ESCAPE = '\u001b';

describe('promptforge', () => {
  const helps: readonly [string[], RegExp[]][] = [
    [
      [],
      [
        /serve/,
        /keys/,
        /environments/,
        /render/,
        /Exit codes:/,
        /3 {2}invalid prompt or missing input/,
        /Examples:/,
      ],
    ],
    [
      ['serve'],
      [
        /--data <folder>/,
        /--host <address>[^"]*"127\.0\.0\.1"/,
        /--port <number>.*7878/s,
        /--tls-cert/,
        /--tls-key/,
        /--behind-proxy/,
        /Examples:/,
      ],
    ],
    [['migrate'], [/--database <url>.*PROMPTFORGE_DATABASE/s, /Examples:/]],
    [['copy'], [/--from <place>.*PROMPTFORGE_COPY_FROM/s, /--to <place>/, /Examples:/]],
    [['keys'], [/create/, /list/, /revoke/]],
    [['connect'], [/<url>/, /--prompts/, /Examples:/]],
    [['status'], [/--check/, /--live <environment>/, /conflict/, /--json/, /Examples:/]],
    [['diff'], [/--newest/, /Examples:/]],
    [['pull'], [/--restore-deleted/, /Examples:/]],
    [['publish'], [/-m, --message <text>/, /--dry-run/, /partials before/, /Examples:/]],
    [
      ['promote'],
      [
        /--to <environment>/,
        /--reason <text>/,
        /--wait \[duration\]/,
        /--at/,
        /--release <file>/,
        /Examples:/,
      ],
    ],
    [['rollback'], [/--in <environment>/, /--to <version>/, /Examples:/]],
    [['new'], [/<prompt>/, /Examples:/]],
    [['archive'], [/--reason <text>/, /--yes/, /Examples:/]],
    [['restore'], [/--reason <text>/, /Examples:/]],
    [['check'], [/--format <format>.*"sarif"/s, /--json/, /Examples:/]],
    [['resolve'], [/<prompt@version>/, /conflict/, /Examples:/]],
    [['log'], [/--limit/, /Examples:/]],
    [['search'], [/<text>/, /--prompt <name>/, /--match-case/, /--json/, /Examples:/]],
    [['show'], [/<prompt>/, /Examples:/]],
    [['blame'], [/<prompt>/, /or older/, /Examples:/]],
    [['login'], [/--registry <url>.*PROMPTFORGE_REGISTRY/s, /keychain/, /Examples:/]],
    [['logout'], [/<environment>/, /Examples:/]],
    [['whoami'], [/PROMPTFORGE_KEY_<ENVIRONMENT>/, /Examples:/]],
    [
      ['keys', 'create'],
      [
        /--environment <name>/,
        /--role <role>.*"reader", "author",\s+"approver", "admin"/s,
        /--actor/,
        /--expires/,
        /--json/,
        /Examples:/,
      ],
    ],
    [
      ['keys', 'list'],
      [/--environment/, /--json/, /Examples:/],
    ],
    [
      ['keys', 'revoke'],
      [/<id>/, /--json/, /Examples:/],
    ],
    [
      ['keys', 'rotate'],
      [/<id>/, /--overlap <duration>/, /24h/, /--expires/, /--json/, /Examples:/],
    ],
    [['webhooks'], [/add/, /list/, /remove/]],
    [
      ['webhooks', 'add'],
      [/--environment <name>/, /--url <url>/, /--only/, /--events/, /--private-network/, /Examples:/],
    ],
    [['backup'], [/--data <folder>/, /--output <folder>/, /--json/, /Examples:/]],
    [['environments'], [/list/, /set/]],
    [
      ['environments', 'list'],
      [/--json/, /Examples:/],
    ],
    [
      ['environments', 'set'],
      [
        /<name>/,
        /--approvals/,
        /--serves/,
        /--pins/,
        /--publishes/,
        /--promote-from/,
        /--rollback-needs-approval/,
        /--add/,
        /Examples:/,
      ],
    ],
    [['render'], [/<file>/, /--input <file>/, /--strict/, /--json/, /Partials/, /Examples:/]],
  ];
  for (const [command, essentials] of helps) {
    it(`${['promptforge', ...command].join(' ')} --help prints the help on stdout`, async () => {
      const { code, stdout, stderr } = await inProcess([...command, '--help']);
      assert.equal(code, 0);
      assert.equal(stderr, '');
      assert.match(stdout, new RegExp(`^Usage: ${['promptforge', ...command].join(' ')}`));
      for (const essential of essentials) assert.match(stdout, essential);
      assert(!stdout.includes(ESCAPE));
    });
  }

  it('refuses a reason without visible characters', async () => {
    for (const command of [
      ...['promote a --to staging', 'rollback a --in staging', 'archive a', 'restore a'],
      ...['accept-head', 'accept-clock', 'signing-key replace --new-key k --lost'],
      'owners set OWNERS --environment staging',
    ])
      for (const reason of ['', ' \n', '\u200b', '\u2800\u3164']) {
        const { code, stdout, stderr } = await inProcess([...command.split(' '), '--reason', reason]);
        assert.deepEqual([code, stdout], [2, ''], command);
        assert.match(stderr, /It is empty\.|Give the reason/, command);
      }
  });

  it('refuses an empty path, address or place, because a shell variable may be unset', async () => {
    for (const command of [
      ...['serve --data', 'serve --host', 'serve --database', 'serve --tls-key', 'serve --registry-key'],
      ...['keys list --data', 'verify --data', 'verify --checkpoint', 'export --output', 'backup --output'],
      ...[
        'copy --from',
        'copy --to',
        'witness http://x --to',
        'signing-key replace --new-key',
        'render a --input',
        'render a --messages',
        'render',
        'check a',
        'check',
      ],
    ])
      for (const empty of ['', ' ']) {
        const { code, stderr } = await inProcess([...command.split(' '), empty]);
        assert.equal(code, 2, command);
        assert.match(
          stderr,
          /is invalid[^.]*\. It is empty\. Check whether a shell variable is not set\./,
          command,
        );
      }
  });

  it('treats an empty variable as unset', async () => {
    const before = process.env['PROMPTFORGE_DATA'];
    process.env['PROMPTFORGE_DATA'] = '';
    try {
      assert.equal(dataOption().envVar, undefined);
      process.env['PROMPTFORGE_DATA'] = 'data';
      assert.equal(dataOption().envVar, 'PROMPTFORGE_DATA');
    } finally {
      if (before === undefined) delete process.env['PROMPTFORGE_DATA'];
      else process.env['PROMPTFORGE_DATA'] = before;
    }
  });

  it('help COMMAND is the same as COMMAND --help', async () => {
    const [one, other] = await Promise.all([
      promptforge(['help', 'serve']),
      promptforge(['serve', '--help']),
    ]);
    assert.equal(one.stdout, other.stdout);
    assert.equal(one.code, 0);
  });

  it('--version prints the version of the package', async () => {
    assert.deepEqual(await promptforge(['--version']), {
      code: 0,
      stdout: `${packageJson.version}\n`,
      stderr: '',
    });
  });

  it('loads no libraries for --version', async () => {
    const hook = `import { registerHooks } from 'node:module';
      registerHooks({ resolve(specifier, context, next) {
        if (/^(zod|yaml|kysely|ky|keytar)$/.test(specifier)) console.log('loads ' + specifier);
        return next(specifier, context);
      } });`;
    const imported = `--import=data:text/javascript,${encodeURIComponent(hook)}`;
    const main = join(ROOT, 'src/cli/main.ts');
    const args = [imported, main, '--version'];
    assert.equal(await runCommand(process.execPath, args), `${packageJson.version}\n`);
  });

  const wrong: readonly [string[], RegExp][] = [
    [['srve'], /^promptforge: unknown command 'srve'/],
    [['keys', 'make'], /^promptforge: unknown command 'make'/],
    // The command's own --version comes before a command's name: behind it, it is no success that promotes nothing.
    [['promote', 'a', '--to', 'b', '--reason', 'c', '--version', '2'], /unknown option '--version'/],
    [['serve', '--prot', '1'], /^promptforge: unknown option '--prot'\n\(Did you mean --port\?\)/],
    [['serve', 'extra'], /too many arguments/],
    [['serve', '--port', '70000'], /whole number from 0 to 65535/],
    [['serve', '--port', '-1'], /whole number from 0 to 65535/],
    [['render'], /missing required argument 'file'/],
    [
      ['keys', 'create', '--role', 'reader', '--actor', 'a'],
      /required option '--environment <name>' not specified/,
    ],
    [
      ['keys', 'create', '--environment', 'Production', '--role', 'reader', '--actor', 'a'],
      /not an environment name.* Did you mean "production"\?/,
    ],
    [
      ['keys', 'create', '--environment', 'production', '--role', 'owner', '--actor', 'a'],
      /Write one of reader, author, approver, admin/,
    ],
    [
      ['keys', 'create', '--environment', 'production', '--role', 'raeder', '--actor', 'a'],
      /Did you mean "reader"\? Write one of reader, author/,
    ],
    [
      ['keys', 'create', '--environment', 'production', '--role', 'reader', '--actor', ''],
      /--actor: An actor needs a name/,
    ],
    [
      [
        'keys',
        'create',
        '--environment',
        'production',
        '--role',
        'reader',
        '--actor',
        'a',
        '--expires',
        '90',
      ],
      /such as 12h, 90d or 1y/,
    ],
    [['keys', 'rotate', 'abc', '--overlap', '24 hours'], /Did you mean "24h"\?/],
    [['keys', 'revoke'], /missing required argument 'id'/],
    [['environments', 'set', 'production'], /There is nothing to change/],
    [['environments', 'set', 'production', '--approvals', 'two'], /whole number from 0 to 16/],
    [['environments', 'set', 'production', '--publishes', 'maybe'], /invalid\. Write true or false/],
    [['environments', 'set', 'production', '--publishes', 'ture'], /Did you mean "true"\?/],
    [['environments', 'set', 'production', '--pins', 'some'], /invalid\. Write one of any, released/],
    [['environments', 'set', 'production', '--pins', 'relased'], /Did you mean "released"\?/],
    [['environments', 'set', 'production', '--serves', 'stable,stable'], /contains a channel twice/],
    [['environments', 'set', 'production', '--serves', 'stable,Latest'], /Did you mean "latest"\?/],
    [
      ['webhooks', 'add', '--environment', 'production', '--events', 'promotion.aplied', '--url', '-'],
      /Did you mean "promotion\.applied"\?/,
    ],
    [
      ['copy', '--from', 'postgers://u:secret@h/d', '--to', 'there'],
      /^promptforge: "postgers:\/\/…" is not a registry\. Did you mean "postgres:\/\/…"\?(?!.*secret)/s,
    ],
    [
      ['copy', '--from', 'here', '--to', 'https://u:secret@h'],
      /"https:\/\/…" is not a registry\. Give(?!.*secret)/s,
    ],
    [['publish', '-m', ''], /It is empty\. Check whether a shell variable/],
    [['publish', '-m', ' \u200b'], /It is empty\./],
    [
      ['publish', '-m', 'Subject', '-m', 'Why'],
      /^promptforge: -m, --message <text> is given twice, with diff/,
    ],
    [['publish', '-m', 'Subject', '--message=Why'], /-m, --message <text> is given twice/],
    [
      ['promote', 'a', '--to', 'staging', '--to', 'production', '--reason', 'x'],
      /--to <environment> is given twi/,
    ],
    [
      ['promote', 'a', '--to', 'b', '--reason', 'x', '--wait', '--wait', '2h'],
      /--wait \[duration\] is given twi/,
    ],
    [
      ['keys', 'list', '--data', 'a', '--data', 'b'],
      /--data <folder> is given twice, with different values\. Gi/,
    ],
    [
      ['pull', '--registry', 'prompts'],
      /--registry or PROMPTFORGE_REGISTRY cannot be used\. This is not a URL/,
    ],
    [
      ['status', '--registry', 'http://u:secret@h'],
      /--registry or PROMPT.*a user name or password(?!.*secret)/s,
    ],
    [['status', '--channel', 'canary'], /--channel needs --live <environment>\./],
    [
      ['diff', '--format', 'markdown', '--json'],
      /--format markdown and --json cannot be combined\. Remove one/,
    ],
    [['check', '--json', '--format', 'sarif'], /--format sarif and --json cannot be combined\. Remove one\./],
    [['verify', '--data', 'postgres://u:secret@h/d'], /a path is needed here\..*--database\.(?!.*secret)/s],
  ];
  for (const [args, said] of wrong) {
    it(`${args.join(' ')} reports the mistake on stderr, with exit code 2`, async () => {
      const { code, stdout, stderr } = await inProcess(args);
      assert.match(stderr, said);
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.doesNotMatch(stderr, /\bat .*\.ts:\d+/);
    });
  }

  it('accepts an option that is repeated with the same value', async () => {
    const { code } = await inProcess([
      'check',
      import.meta.dirname,
      '--format',
      'json',
      '--format',
      'json',
      '--json',
    ]);
    assert.equal(code, 4, 'there is no prompt');
  });

  it('without a command prints the help on stderr, with exit code 2', async () => {
    const { code, stdout, stderr } = await promptforge([]);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^Usage: promptforge/);
  });

  it('prints no colors if stdout is not a terminal', async () => {
    const { stdout, stderr } = await promptforge(['keys', 'make'], { env: { TERM: 'xterm-256color' } });
    assert(!(stdout + stderr).includes(ESCAPE));
  });

  it('names the required Node if it runs on an older one', () => {
    for (const old of ['20.20.2', '22.12.0', '18.0.0'])
      assert.match(
        checkNodeVersion(old) ?? '',
        new RegExp(`needs Node 22.13 or newer, but this is Node ${old}`),
      );
    for (const fit of ['22.13.0', '22.20.1', '23.0.0', '24.21.0', '100.0.0'])
      assert.equal(checkNodeVersion(fit), undefined);
  });
});
