import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { applyPatch } from 'diff';
import fc from 'fast-check';
import { canonicalJson } from '../../src/core/canonical.ts';
import { LATEST, parseChannel, parsePointerChannel, STABLE } from '../../src/core/channel.ts';
import { unifiedDiff } from '../../src/core/diff.ts';
import { digestOf } from '../../src/core/digest.ts';
import {
  checkChannelServed,
  checkPublishes,
  defaultEnvironments,
  parseEnvironmentName,
} from '../../src/core/environment.ts';
import { type FileStateInput, fileState } from '../../src/core/file-state.ts';
import { hashKey, makeKey, parseKey, redactKeys } from '../../src/core/key.ts';
import { Problem, type ProblemCode } from '../../src/core/problem.ts';
import { ROLES, roleIncludes } from '../../src/core/role.ts';
import { parseVersionNumber, parseVersionReference, versionReference } from '../../src/core/version.ts';

const refuses = (code: ProblemCode, message: RegExp) => (error: unknown) =>
  Problem.is(error, code) && message.test(error.message);

import { runs } from '../runs.ts';

describe('a version reference', () => {
  it('is written and read as support/triage@12', () => {
    const { prompt, version } = parseVersionReference('support/triage@12');
    assert.equal(versionReference(prompt, version), 'support/triage@12');
  });
  for (const text of [
    'support/triage',
    'support/triage@',
    'support/triage@0',
    'support/triage@1.5',
    'support/triage@-1',
    'a@1e3',
    'a@01',
    'a@99999999999999999999',
  ]) {
    it(`is refused: ${text}`, () =>
      assert.throws(() => parseVersionReference(text), refuses('invalid_request', /./)));
  }
  it('has a whole number from 1', () => {
    assert.equal(parseVersionNumber('7'), 7);
    assert.throws(() => parseVersionNumber(0), refuses('invalid_request', /1, 2, 3/));
  });
});

describe('a digest', () => {
  it('is the SHA-256 of the UTF-8 text (FIPS 180-4, "abc")', () => {
    assert.equal(digestOf('abc'), 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    assert.equal(digestOf('ä'), digestOf(new Uint8Array([0xc3, 0xa4])));
  });
});

describe('canonical JSON', () => {
  it('matches the example of RFC 8785, 3.2.4', () => {
    const value = {
      // biome-ignore lint/correctness/noPrecisionLoss: the RFC's own example
      numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    assert.equal(
      canonicalJson(value),
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });
  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), object => {
        const turned = Object.fromEntries(Object.entries(object).reverse());
        assert.equal(canonicalJson(turned), canonicalJson(object));
      }),
    );
  });
});

describe('a key', () => {
  const production = parseEnvironmentName('production');
  it('contains its environment and ID, and survives parsing', () => {
    const { id, key } = makeKey(production, randomBytes);
    assert.match(key, /^pf_production_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/);
    assert.deepEqual(parseKey(key), { environment: 'production', id, key });
  });
  it('has a secret of at least 160 bits', () => assert.ok(32 * Math.log2(62) >= 160));
  it('with any single character changed is reported as mistyped, without showing it', () => {
    const { key } = makeKey(production, randomBytes);
    for (let i = 'pf_production_'.length; i < key.length; i++) {
      if (key[i] === '_') continue;
      const wrong = key.slice(0, i) + (key[i] === 'A' ? 'B' : 'A') + key.slice(i + 1);
      assert.throws(
        () => parseKey(wrong),
        (e: unknown) => Problem.is(e, 'key_malformed') && !e.message.includes(wrong.slice(-20)),
      );
    }
  });
  for (const text of ['', 'pf_', 'sk-abcdef', 'pf_production_short_secret', 'pf_Production_abc_def']) {
    it(`is not ${JSON.stringify(text)}`, () =>
      assert.throws(() => parseKey(text), refuses('key_malformed', /PromptForge key/)));
  }
  it('is stored as a hash that does not contain it', () => {
    const { key } = makeKey(production, randomBytes);
    assert.match(hashKey(key), /^[0-9a-f]{64}$/);
  });
  it('is redacted anywhere in a text', () => {
    const { key } = makeKey(production, randomBytes);
    assert.equal(
      redactKeys(`Authorization: Bearer ${key}, again ${key.slice(0, -3)}`),
      'Authorization: Bearer pf_…, again pf_…',
    );
  });
});

describe('channels', () => {
  it('do not include "latest" as a pointer', () => {
    assert.equal(parsePointerChannel('canary'), 'canary');
    assert.throws(() => parsePointerChannel('latest'), refuses('invalid_request', /newest/));
    assert.throws(() => parseChannel('Stable!'), refuses('invalid_request', /Stable!/));
  });
});

describe('the default policies', () => {
  const [development, , production] = defaultEnvironments(1);
  assert.ok(development && production);
  it('serve no drafts in production, and let nobody publish with its keys', () => {
    assert.throws(() => checkChannelServed(production, LATEST), refuses('channel_not_served', /draft/));
    assert.doesNotThrow(() => checkChannelServed(production, STABLE));
    assert.throws(() => checkPublishes(production), refuses('publishing_not_allowed', /development/));
    assert.doesNotThrow(() => checkPublishes(development));
  });
  it('match the table in the API reference', () => {
    assert.deepEqual(production.policy, {
      serves: ['stable'],
      pins: 'released',
      publishes: false,
      promoteFrom: 'staging',
      approvals: 1,
      rollbackNeedsApproval: false,
      authorsMayApprove: false,
      authorsReadDrafts: false,
    });
  });
});

describe('roles', () => {
  it('each include the lower ones', () => {
    for (const [i, role] of ROLES.entries())
      for (const [j, needed] of ROLES.entries()) assert.equal(roleIncludes(role, needed), i >= j);
  });
});

describe('a unified diff', () => {
  it('matches the output of diff -u', () => {
    assert.equal(
      unifiedDiff({ label: 'a@1', text: 'x\ny\n' }, { label: 'a@2', text: 'x\nz\n' }),
      '--- a@1\n+++ a@2\n@@ -1,2 +1,2 @@\n x\n-y\n+z\n',
    );
  });
  it('replaces everything if too many lines differ, and still applies', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', '', 'c\r'), { maxLength: 12 })
      .chain(lines => fc.constantFrom('', '\n').map(end => lines.join('\n') + end));
    fc.assert(
      fc.property(text, text, fc.integer({ min: 1, max: 6 }), (from, to, most) => {
        const diff = unifiedDiff({ label: 'a', text: from }, { label: 'b', text: to }, most);
        assert.equal(diff === '' ? from : applyPatch(from, diff), to);
      }),
      { numRuns: runs(5_000, 500) },
    );
  });
  it('is empty for equal texts', () =>
    assert.equal(unifiedDiff({ label: 'a', text: 'x' }, { label: 'b', text: 'x' }), ''));
});

describe('the state of a file', () => {
  const [a, b, c] = ['a', 'b', 'c'].map(text => digestOf(text)) as [
    ReturnType<typeof digestOf>,
    ReturnType<typeof digestOf>,
    ReturnType<typeof digestOf>,
  ];
  const rows: [string, FileStateInput, string | undefined][] = [
    ['clean', { base: a, file: a, newest: a, archived: false }, 'clean'],
    ['modified', { base: a, file: b, newest: a, archived: false }, 'modified'],
    ['behind', { base: a, file: a, newest: b, archived: false }, 'behind'],
    ['conflict', { base: a, file: b, newest: c, archived: false }, 'conflict'],
    ['clean: edited into the newest', { base: a, file: b, newest: b, archived: false }, 'clean'],
    ['new', { base: null, file: a, newest: null, archived: false }, 'new'],
    [
      'conflict: a new file where the registry has another',
      { base: null, file: a, newest: b, archived: false },
      'conflict',
    ],
    ['clean: a new file that is the newest', { base: null, file: a, newest: a, archived: false }, 'clean'],
    ['deleted', { base: a, file: null, newest: a, archived: false }, 'deleted'],
    ['archived', { base: a, file: a, newest: a, archived: true }, 'archived'],
    ['in the registry alone', { base: null, file: null, newest: a, archived: false }, undefined],
  ];
  for (const [title, input, state] of rows) it(title, () => assert.equal(fileState(input), state));
});
