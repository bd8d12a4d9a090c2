import assert from 'node:assert/strict';
import fc from 'fast-check';
import { eitherOf } from '../../src/core/either-of.ts';
import {
  MAX_OWNER_RULES,
  MAX_OWNERS_LENGTH,
  MAX_OWNERS_OF_RULE,
  matchesPrompt,
  missingRules,
  type OwnerRule,
  parseOwners,
  rulesFor,
} from '../../src/core/owners.ts';
import { changeWaitsFor } from '../../src/core/owners-words.ts';
import { runs } from '../runs.ts';

function rulesOf(text: string): readonly OwnerRule[] {
  const parsed = parseOwners(text);
  if ('errors' in parsed) assert.fail(JSON.stringify(parsed.errors));
  return parsed.rules;
}

function errorsOf(text: string): string[] {
  const parsed = parseOwners(text);
  if ('rules' in parsed) assert.fail(`It was read: ${JSON.stringify(parsed.rules)}`);
  return parsed.errors.map(({ line, message }) => `${line}: ${message}`);
}

describe('owners', () => {
  describe('text', () => {
    it('has a pattern and its owners on each line, with or without "@"', () => {
      assert.deepEqual(rulesOf('* @dana\n\nsupport/**\t@sam   lee # the team\n'), [
        { line: 1, pattern: '*', owners: ['dana'] },
        { line: 3, pattern: 'support/**', owners: ['sam', 'lee'] },
      ]);
    });
    it('may have any line endings, start with a byte order mark and contain only comments', () => {
      assert.deepEqual(
        rulesOf('\uFEFF# all\r\n* dana\rsupport/** sam').map(({ line }) => line),
        [2, 3],
      );
      assert.deepEqual(rulesOf('  # nobody\n\n\t\n'), []);
      assert.deepEqual(rulesOf(''), []);
    });
    it('needs quotation marks around names with spaces', () => {
      assert.deepEqual(rulesOf('* @"Mara Lindqvist" "Åsa Öberg 🦊"')[0]?.owners, [
        'Mara Lindqvist',
        'Åsa Öberg 🦊',
      ]);
      assert.deepEqual(rulesOf('"a/**" @org/team @"Dana / Ops" "Ops / Lee" "@sam"')[0], {
        ...{ line: 1, pattern: 'a/**' },
        owners: ['org/team', 'Dana / Ops', 'Ops / Lee', 'sam'],
      });
    });
    it('names each person once, in any spelling', () => {
      assert.deepEqual(rulesOf('* @dana Dana @DANA sam')[0]?.owners, ['dana', 'sam']);
    });
    for (const [text, why] of [
      ['* dana\nsupport/**', /^2: "support\/\*\*" has no owner/],
      ['@dana', /^1: "@dana" is an owner without a pattern/],
      ['* @', /^1: An actor needs a name/],
      ['* "dana', /^1: A quotation mark is not closed/],
      ['* "dana"sam', /^1: A space is missing/],
      ['* da\u200bna', /^1: .*invisible/],
      [`* ${'x'.repeat(101)}`, /^1: .*at most 100 characters/],
      ['sup port/** dana', /^1: "port\/\*\*" looks like a second pattern.*its own line/],
      ['support/** billing/fees @dana', /^1: "billing\/fees" looks like a second pattern/],
      ['p dana\n!support dana', /^2: "!support" is not a pattern/],
      ['support/[ab] dana', /is not a pattern/],
      ['support//x dana', /empty segment/],
      ['/ dana', /empty segment/],
      ['**/a/** dana', /"\*\*" twice/],
      ['a**b dana', /"\*" twice/],
      [`${'a'.repeat(201)} dana`, /at most 200 are/],
      [
        `* ${Array.from({ length: MAX_OWNERS_OF_RULE + 1 }, (_, n) => `p${n}`).join(' ')}`,
        /has 21 owners, and at most 20 are allowed/,
      ],
      ['* dana\n'.repeat(MAX_OWNER_RULES + 1), /^201: More than 200 lines/],
      [`#${'x'.repeat(MAX_OWNERS_LENGTH)}`, /at most 16384 are/],
    ] as const)
      it(`names the line of an error: ${text.slice(0, 24).replaceAll('\n', '⏎')}`, () => {
        assert.match(errorsOf(text)[0] ?? '', why);
      });
    for (const [text, wrong] of [
      ['* dana\n  !support dana', '!support'],
      ['support/** dana\nfees/**', 'fees/**'],
      ['* dana @', '@'],
      ['* @dana @"Mara', '"Mara'],
      ['* "dana"sam', '"s'],
    ] as const)
      it(`marks the error in the line: ${text.replaceAll('\n', '⏎')}`, () => {
        const parsed = parseOwners(text);
        const [error] = 'errors' in parsed ? parsed.errors : [];
        const line = text.split('\n')[(error?.line ?? 0) - 1];
        assert.equal(line?.slice(error?.start, error?.end), wrong);
      });
    it('is not applied at all while one line is wrong, and up to 20 errors are named', () => {
      assert.equal(errorsOf('* dana\n!\n'.repeat(30)).length, 20);
    });
  });

  describe('pattern', () => {
    for (const [pattern, matched, others] of [
      ['*', ['a', 'a/b/c'], []],
      ['**', ['a', 'a/b/c'], []],
      ['support/**', ['support/a', 'support/a/b', 'Support/x'], ['support', 'supports/a', 'x/support/a']],
      ['support/', ['support/a', 'support/a/b'], ['support']],
      ['/support/*', ['support/a'], ['support/a/b', 'support']],
      ['support/triage', ['support/triage', 'support/Triage'], ['support/triage/x', 'triage']],
      ['support/*-draft', ['support/a-draft', 'support/-draft'], ['support/draft', 'support/a/b-draft']],
      ['**/triage', ['triage', 'a/triage', 'a/b/triage'], ['triage/a']],
      ['a/**/z', ['a/z', 'a/b/z', 'a/b/c/z'], ['a', 'z', 'a/b', 'b/z']],
      ['a/*b', ['a/b', 'a/ab'], ['a/ba']],
      ['ab*ba', ['abba', 'abxba'], ['aba']],
    ] as const)
      it(`${pattern} matches whole names`, () => {
        for (const name of matched) assert.ok(matchesPrompt(pattern, name), name);
        for (const name of others) assert.ok(!matchesPrompt(pattern, name), name);
      });

    const segment = fc.stringMatching(/^[a-cA-C]{1,3}$/);
    const wanted = fc.oneof(segment, fc.constant('*'), fc.stringMatching(/^[a-c]{0,2}\*[a-c]{0,2}$/));
    const pattern = fc
      .tuple(fc.array(wanted, { minLength: 1, maxLength: 4 }), fc.option(fc.nat({ max: 4 })))
      .map(([segments, at]) => (at === null ? segments : segments.toSpliced(at, 0, '**')).join('/'));
    const name = fc.array(segment, { minLength: 1, maxLength: 6 }).map(segments => segments.join('/'));

    it('matches as the equivalent regular expression does', () => {
      fc.assert(
        fc.property(pattern, name, (text, prompt) => {
          const expected = text === '*' || expressionOf(text).test(prompt.toLowerCase());
          assert.equal(matchesPrompt(text, prompt), expected, `${text} ${prompt}`);
        }),
        { numRuns: runs(20_000, 1000) },
      );
    });
    it('applies if it is the last that matches', () => {
      fc.assert(
        fc.property(fc.array(pattern, { minLength: 1, maxLength: 6 }), name, (patterns, prompt) => {
          const rules = rulesOf(patterns.map(each => `${each} dana`).join('\n'));
          const last = rules.filter(rule => matchesPrompt(rule.pattern, prompt)).at(-1);
          assert.deepEqual(rulesFor(rules, [prompt]), last === undefined ? [] : [last]);
        }),
        { numRuns: runs(5000, 300) },
      );
    });
  });

  it('are parsed from any text, or refused with existing lines', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '*',
        '**',
        '/',
        '@',
        '"',
        '#',
        ' ',
        '\t',
        '\n',
        '\r\n',
        '\r',
        'dana',
        'support',
        '\u202e',
      ),
      fc.string({ unit: 'binary', maxLength: 3 }),
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 60 }).map(pieces => pieces.join('')),
        text => {
          const parsed = parseOwners(text);
          const lines = text.split(/\r\n|\r|\n/).length;
          for (const { line } of 'rules' in parsed ? parsed.rules : parsed.errors)
            assert.ok(line >= 1 && line <= lines);
          const written = text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/);
          for (const { line, start, end } of 'errors' in parsed ? parsed.errors : [])
            assert.ok(start <= end && end <= (written[line - 1]?.length ?? 0));
          if ('rules' in parsed) for (const { owners } of parsed.rules) assert.ok(owners.length > 0);
        },
      ),
      { numRuns: runs(20_000, 1000) },
    );
  });

  it('must approve for every rule, and one owner of a rule is enough', () => {
    const rules = rulesOf('a dana sam\nb lee');
    const missing = (...approvers: string[]) => missingRules(rules, approvers).map(({ pattern }) => pattern);
    assert.deepEqual(missing(), ['a', 'b']);
    assert.deepEqual(missing('mia'), ['a', 'b']);
    assert.deepEqual(missing('Sam '), ['b']);
    assert.deepEqual(missing('LEE', 'dana'), []);
  });

  it('are named as those who can approve, or nobody can', () => {
    const change = { approvals: [], approvalsNeeded: 1, canApprove: ['dana', 'sam'] };
    assert.equal(changeWaitsFor(change), '1 approval by dana or sam');
    assert.equal(
      changeWaitsFor({ ...change, approvalsNeeded: 3, approvals: [{}], canApprove: ['lee'] }),
      '2 approvals by lee',
    );
    assert.equal(
      changeWaitsFor({ ...change, canApprove: [] }),
      '1 approval, and no one else has a key to approve it with',
    );
  });

  it('are listed in a sentence', () => {
    assert.equal(eitherOf(['dana']), 'dana');
    assert.equal(eitherOf(['dana', 'sam']), 'dana or sam');
    assert.equal(eitherOf(['dana', 'sam', 'lee']), 'dana, sam or lee');
  });
});

/** What a pattern means, told in another way. */
function expressionOf(pattern: string): RegExp {
  const segments = pattern.toLowerCase().split('/');
  let source = '';
  for (const [index, segment] of segments.entries()) {
    const isLast = index === segments.length - 1;
    if (segment === '**') source += isLast ? '.+' : '(?:[^/]+/)*';
    else source += `${segment.replace('*', '[^/]*')}${isLast ? '' : '/'}`;
  }
  return new RegExp(`^${source}$`);
}
