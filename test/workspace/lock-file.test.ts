import assert from 'node:assert/strict';
import fc from 'fast-check';
import { digestOf } from '../../src/core/digest.ts';
import { isPromptName, type PromptName } from '../../src/core/name.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import {
  type Lock,
  type LockEntry,
  lockText,
  parseLock,
  readLockText,
} from '../../src/workspace/lock-file.ts';
import { WorkspaceError } from '../../src/workspace/workspace-error.ts';
import { runs } from '../runs.ts';

const digest = digestOf('x');
const parse = (text: string) => parseLock(Buffer.from(text), '/project/promptforge.lock.json');

const segment = fc.stringMatching(/^[a-z0-9_][a-z0-9._-]{0,10}$/);
const names = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .map(segments => segments.join('/'))
  .filter(isPromptName);
const entries = fc.record(
  {
    version: fc.integer({ min: 1 }).map(number => number as VersionNumber),
    digest: fc.string().map(digestOf),
    text: fc.string().map(digestOf),
  },
  { requiredKeys: ['version', 'digest'], noNullPrototype: true },
);
const locks: fc.Arbitrary<Lock> = fc
  .array(fc.tuple(names, entries))
  .map(pairs => new Map<PromptName, LockEntry>(pairs));

function refused(text: string, message: RegExp): void {
  assert.throws(
    () => parse(text),
    error => {
      assert.ok(WorkspaceError.is(error, 'invalid_lock_file'), String(error));
      assert.match(error.message, message);
      return true;
    },
  );
}

describe('promptforge.lock.json', () => {
  it('can be read back for any prompts', () => {
    const special = new Map([['__proto__' as PromptName, { version: 1 as VersionNumber, digest }]]);
    fc.assert(
      fc.property(locks, lock => {
        assert.deepEqual(new Map([...parse(lockText(lock))].sort()), new Map([...lock].sort()));
      }),
      { examples: [[new Map()], [special]] },
    );
  });

  it('is parsed the same by the fast and the general parser, after any change', () => {
    const read = (text: string) => {
      const found = readLockText(text);
      return 'lock' in found ? [...found.lock].sort() : found.problem.message;
    };
    const piece = fc.constantFrom(
      '',
      '"',
      ',',
      '}',
      '\n',
      '0',
      'a',
      '/',
      '..',
      ' ',
      '\r',
      'sha256:',
      '"text": "',
    );
    fc.assert(
      fc.property(locks, fc.nat(), fc.nat(3), piece, (lock, place, length, put) => {
        const text = lockText(lock);
        const at = place % text.length;
        const changed = text.slice(0, at) + put + text.slice(at + length);
        // With a space at the end it is not as it is written.
        assert.deepEqual(read(changed), read(`${changed} `));
      }),
      { numRuns: runs(5000, 500) },
    );
  });

  it('is the same text for the same lock, sorted, with one prompt per line', () => {
    fc.assert(
      fc.property(locks, lock => {
        const text = lockText(lock);
        assert.equal(lockText(new Map([...lock].reverse())), text);
        const lines = text.split('\n').filter(line => line.includes('"digest"'));
        assert.equal(lines.length, lock.size);
        const written = lines.map(line => /^ {4}"([^"]+)"/.exec(line)?.[1]);
        assert.deepEqual(written, [...written].sort());
      }),
    );
  });

  it('is readable by people and by git', () => {
    const lock = new Map([
      ['support/triage' as PromptName, { version: 12 as VersionNumber, digest }],
      ['fees/_rules' as PromptName, { version: 1 as VersionNumber, digest }],
    ]);
    assert.equal(
      lockText(lock),
      `{\n  "lockVersion": 1,\n  "prompts": {\n    "fees/_rules": {"version": 1, "digest": "${digest}"},\n    "support/triage": {"version": 12, "digest": "${digest}"}\n  }\n}\n`,
    );
  });

  it('is refused with the line of a merge conflict', () => {
    const conflict = `{\n  "lockVersion": 1,\n  "prompts": {\n<<<<<<< HEAD\n    "a": {"version": 1, "digest": "${digest}"}\n=======\n    "a": {"version": 2, "digest": "${digest}"}\n>>>>>>> theirs\n  }\n}\n`;
    refused(conflict, /^promptforge\.lock\.json:4:1: This is a merge conflict\. Pull/);
    refused(conflict.replaceAll('\n', '\r\n'), /:4:1: This is a merge conflict/);
  });

  it('is refused with the position of an error', () => {
    refused('', /:1:1: The file is empty/);
    refused('{"lockVersion": 1,\n "prompts": {"a": }}', /:2:19: Invalid JSON\./);
    refused('[]', /not as PromptForge writes it/);
    refused('{"lockVersion": 1}', /"prompts"/);
    refused('{"lockVersion": 1, "prompts": []}', /"prompts"/);
    refused('{"lockVersion": 2, "prompts": {}}', /newer one\. Update PromptForge/);
    const one = (name: string, entry: unknown) =>
      `{"lockVersion": 1, "prompts": {\n${JSON.stringify(name)}: ${JSON.stringify(entry)}}}`;
    refused(one('a b', { version: 1, digest }), /:2:1: .*"a b"/);
    refused(one('../a', { version: 1, digest }), /:2:1: /);
    refused(one('a', { version: 0, digest }), /:2:17: .*version number/);
    refused(one('a', { version: 1, digest: 'sha256:x' }), /:2:28: .*digest/);
    refused(one('a', null), /"prompts\.a"/);
    refused(one('a', { version: 1, digest, extra: 1 }), /"prompts\.a"/);
  });

  it('is reported to be of a newer release if only a field is unknown', () => {
    const text = lockText(new Map([['a' as PromptName, { version: 1 as VersionNumber, digest }]]));
    refused(
      text.replace('"version": 1', '"new": 1, "version": 1'),
      /"prompts\.a".*Update PromptForge, or take/,
    );
  });

  it('is refused if it has a prompt twice, as after a careless merge', () => {
    const entry = `"a": {"version": 1, "digest": "${digest}"}`;
    refused(`{"lockVersion": 1, "prompts": {\n${entry},\n${entry}}}`, /:3:1: "a" is already defined/);
  });
});
