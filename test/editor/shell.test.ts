import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { curlCommand, shellOf } from '../../src/editor/versions/shell.ts';
import { runs } from '../runs.ts';

/** Each argument and a NUL; what `curl` would have been called with. */
const PRINT_ARGUMENTS = `curl() { printf '%s\\0' "$@"; }\n`;
const PIECES = [
  "'",
  '"',
  '\\',
  "\\'",
  '`id`',
  '$(touch pwned)',
  '$HOME',
  ';',
  '&',
  '|',
  '!!',
  '\u2019',
  '\u201b',
  '\n',
  '%',
  'é',
  '😀',
];
const text = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string()), { maxLength: 8 })
  .map(each => each.join(''));
const wellFormed = text.filter(each => !each.includes('\0') && each.isWellFormed());

describe('a command line to paste', () => {
  for (const shell of ['sh', 'bash'])
    it(`passes curl the address and the input unchanged, in ${shell}`, () => {
      fc.assert(
        fc.property(wellFormed, fc.option(wellFormed), (path, value) => {
          const url = `https://prompts.example/${path}`;
          const body = value === null ? undefined : { input: { [value]: value } };
          const command = curlCommand({ url, ...(body && { body }) }, 'posix');
          const given = execFileSync(shell, ['-c', PRINT_ARGUMENTS + command], {
            encoding: 'utf8',
            env: { ...process.env, PROMPTFORGE_KEY: "pf_a key's" },
          });
          const [first, , header, ...rest] = given.split('\0').slice(0, -1);
          assert.deepEqual([first, header], [url, "Authorization: Bearer pf_a key's"]);
          assert.deepEqual(
            rest.slice(0, 3),
            body ? ['-H', 'Content-Type: application/json', '--data-raw'] : [],
          );
          if (body) assert.deepEqual(JSON.parse(rest[3] ?? ''), body);
          assert.equal(rest.length, body ? 4 : 0);
        }),
        { numRuns: runs(300, 60) },
      );
    });

  it('uses single quotes in PowerShell that its input cannot end, and ASCII for its pipe', () => {
    fc.assert(
      fc.property(wellFormed, wellFormed, (path, value) => {
        const body = { input: { [value]: value } };
        const command = curlCommand({ url: `https://prompts.example/${path}`, body }, 'powershell');
        const [json, afterJson] = unquoted(command);
        assert.deepEqual(JSON.parse(json), body);
        assert.match(json, /^[\x20-\x7e]*$/);
        assert.ok(afterJson.startsWith(' | `\n  curl.exe '));
        const [url, rest] = unquoted(afterJson.slice(' | `\n  curl.exe '.length));
        assert.equal(url, `https://prompts.example/${path}`);
        assert.equal(
          rest,
          " `\n  -H \"Authorization: Bearer $env:PROMPTFORGE_KEY\" `\n  -H 'Content-Type: application/json' `\n  --data-binary '@-'",
        );
      }),
    );
  });

  it('uses no escapes that other shells read differently', () => {
    fc.assert(
      fc.property(wellFormed, value => {
        const command = curlCommand({ url: 'https://prompts.example', body: { input: value } }, 'posix');
        const [, json = ''] = command.split('--data-raw ');
        assert.doesNotMatch(json.slice(1, -1), /'|\\\\|[^\x20-\x7e]/);
      }),
    );
  });

  it("is written for the terminal's shell", () => {
    for (const [platform, path, shell] of [
      ['linux', '/bin/bash', 'posix'],
      ['darwin', '/bin/zsh', 'posix'],
      ['linux', '', 'posix'],
      ['linux', '/usr/bin/pwsh', 'powershell'],
      ['win32', 'C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe', 'powershell'],
      ['win32', 'C:\\Program Files\\PowerShell\\7\\pwsh.exe', 'powershell'],
      ['win32', 'C:\\Windows\\System32\\cmd.exe', 'powershell'],
      ['win32', '', 'powershell'],
      ['win32', 'C:\\Program Files\\Git\\bin\\bash.exe', 'posix'],
    ] as const)
      assert.equal(shellOf(platform, path), shell, `${platform} ${path}`);
  });
});

/** A text in single quotes as PowerShell reads it (about_Quoting_Rules), and what follows it. */
function unquoted(command: string): [text: string, rest: string] {
  const quotes = /['\u2018-\u201b]/;
  assert.equal(command[0], "'");
  let read = '';
  for (let at = 1; at < command.length; at++) {
    const each = command[at] ?? '';
    if (!quotes.test(each)) read += each;
    else if (quotes.test(command[at + 1] ?? '')) {
      read += each;
      at++;
    } else return [read, command.slice(at + 1)];
  }
  assert.fail('The text has no end.');
}
