import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { isPromptName, parsePromptName } from '../../src/core/name.ts';
import { parseSource } from '../../src/core/source.ts';
import { sourceIssues } from '../../src/core/template.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { compareTitle, knownAs, shortName, shortNames } from '../../src/editor/compare/titles.ts';
import { curlOf } from '../../src/editor/versions/curl.ts';
import {
  folderUriParts,
  parseFolderUri,
  parsePromptUri,
  parseVersionUri,
  promptUriParts,
  versionUriParts,
} from '../../src/editor/versions/uri.ts';
import { ageOf, counted } from '../../src/editor/wording/age.ts';
import { skeletonOf } from '../../src/workspace/skeleton.ts';
import { aPointer, aSummary, NOW } from './data.ts';

const TRIAGE = parsePromptName('support/triage');
const REGISTRIES = [
  'embedded',
  'https://prompts.example.com',
  'http://127.0.0.1:7878',
  'https://x.example:8443/base',
];

describe('a version URI', () => {
  it('reads as its reference', () => {
    const parts = versionUriParts({
      registry: 'https://prompts.example.com',
      prompt: TRIAGE,
      version: parseVersionNumber(12),
    });
    assert.deepEqual(parts, {
      scheme: 'promptforge',
      authority: 'prompts.example.com',
      path: '/support/triage@12',
      query: '',
    });
  });

  it('parses back to its parts, for every registry', () => {
    const name = fc
      .stringMatching(/^[a-z0-9_][a-z0-9._-]{0,9}(\/[a-z0-9_][a-z0-9._-]{0,9}){0,3}$/)
      .filter(isPromptName);
    fc.assert(
      fc.property(
        fc.constantFrom(...REGISTRIES),
        name,
        fc.integer({ min: 1, max: 1e9 }),
        (registry, prompt, number) => {
          const address = { registry, prompt, version: parseVersionNumber(number) };
          assert.deepEqual(parseVersionUri(versionUriParts(address)), address);
          assert.deepEqual(parsePromptUri(promptUriParts({ registry, prompt })), { registry, prompt });
        },
      ),
    );
  });

  it('is invalid without a number, with another scheme or with an invalid name', () => {
    const uri = (path: string, scheme = 'promptforge') => ({
      scheme,
      authority: 'embedded',
      path,
      query: '',
    });
    for (const path of ['/support/triage', '/support/triage@0', '/support/triage@x', '/../x@1', '/@1'])
      assert.equal(parseVersionUri(uri(path)), undefined);
    assert.equal(parseVersionUri(uri('/a@1', 'file')), undefined);
  });

  it('distinguishes a folder from a prompt of the same name', () => {
    const folder = folderUriParts('embedded', 'support');
    assert.equal(parseFolderUri(folder), 'support');
    assert.equal(parsePromptUri(folder), undefined);
    assert.equal(
      parseFolderUri(promptUriParts({ registry: 'embedded', prompt: parsePromptName('support') })),
      undefined,
    );
  });
});

describe('the title of a comparison', () => {
  it('names both sides', () => {
    assert.equal(
      compareTitle('triage', { kind: 'version', version: 11 }, { kind: 'version', version: 12 }),
      'triage: @11 ↔ @12',
    );
    assert.equal(
      compareTitle('triage', { kind: 'version', version: 11 }, { kind: 'file' }),
      'triage: @11 ↔ your file',
    );
  });
});

describe('the tab title of a prompt', () => {
  const named = (prompt: string, ...others: string[]) =>
    shortName(parsePromptName(prompt), [prompt, ...others].map(parsePromptName));

  it('is its name without folders', () => {
    assert.equal(named('support/cards/triage', 'support/triage-late', 'triage/support'), 'triage');
    assert.equal(named('triage'), 'triage');
  });
  it('is the same when several are requested', () => {
    const all = ['support/triage', 'cards/triage', 'fees', '_style', 'fees/fees'].map(parsePromptName);
    const short = shortNames(all);
    for (const each of all) assert.equal(short(each), shortName(each, all));
  });
  it('is its full name when another has the same title', () => {
    assert.equal(named('support/_style', '_style'), 'support/_style');
    assert.equal(named('_style', 'support/_style'), '_style');
  });
});

describe('the status of a version', () => {
  it('says where it is live rather than that it is the newest', () => {
    const summary = aSummary('a', 12, [
      aPointer('staging', 'stable', 12),
      aPointer('production', 'stable', 11),
    ]);
    assert.equal(knownAs(12, summary), 'live in staging');
    assert.equal(knownAs(11, summary), 'live in production');
    assert.equal(knownAs(10, summary), undefined);
    assert.equal(knownAs(12, aSummary('a', 12)), 'newest');
  });
});

describe('Copy as curl', () => {
  it('requests the prompt as an application does, with the key in a variable', () => {
    assert.deepEqual(curlOf('https://prompts.example.com', TRIAGE, { channel: 'stable' }, 'posix'), {
      command: `curl 'https://prompts.example.com/v1/prompts/support/triage' \\\n  -H "Authorization: Bearer $PROMPTFORGE_KEY"`,
      note: undefined,
    });
    assert.match(curlOf('https://x', TRIAGE, { version: 3 }, 'posix').command, /\?version=3' /);
    assert.match(curlOf('https://x', TRIAGE, { channel: 'canary' }, 'posix').command, /\?channel=canary' /);
  });

  it('says how to serve the embedded registry', () => {
    const { command, note } = curlOf('embedded', TRIAGE, { channel: 'stable' }, 'posix');
    assert.match(command, /'http:\/\/127\.0\.0\.1:7878\/v1/);
    assert.match(note ?? '', /promptforge serve/);
  });
});

describe('the file of a new prompt', () => {
  for (const name of ['support/triage', 'support/_header']) {
    it(`can be published unchanged: ${name}`, () => {
      const source = skeletonOf(parsePromptName(name));
      assert.deepEqual(sourceIssues(source, parseSource(source)), []);
    });
  }
});

describe('an age', () => {
  const ago = (seconds: number) => ageOf(new Date(NOW - seconds * 1000).toISOString(), NOW);

  it('is worded as people say it', () => {
    assert.equal(ago(5), 'just now');
    assert.equal(ago(60), '1 minute ago');
    assert.equal(ago(2 * 3600), '2 hours ago');
    assert.equal(ago(86_400), 'yesterday');
    assert.equal(ago(8 * 86_400), 'last week');
    assert.equal(ago(400 * 86_400), 'last year');
  });

  it('is never in the future, even when a clock is ahead', () => {
    assert.equal(ago(-3600), 'just now');
  });

  it('uses the right plural', () => {
    assert.deepEqual([counted(0, 'prompt'), counted(1, 'prompt')], ['0 prompts', '1 prompt']);
  });
});
