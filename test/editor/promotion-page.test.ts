// The page of a promotion: what it says, and what it lets in.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { ROOT } from '../../scripts/projectRoot.ts';
import type { StoredKeyState } from '../../src/client/choose-key.ts';
import type { SourceWithPartials } from '../../src/core/changed-sources.ts';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { parsePromptName } from '../../src/core/name.ts';
import type { Role } from '../../src/core/role.ts';
import { parseSource } from '../../src/core/source.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { visibleLines } from '../../src/core/visible-text.ts';
import { changeBetween } from '../../src/editor/compare/change.ts';
import { changeSummary } from '../../src/editor/promotion-page/change-summary.ts';
import { type ContentParts, contentOf } from '../../src/editor/promotion-page/content.ts';
import { fromPage } from '../../src/editor/promotion-page/messages.ts';
import { promotionPageHtml } from '../../src/editor/promotion-page/page.ts';
import { policyWords } from '../../src/editor/promotion-page/policy-words.ts';
import { runs } from '../runs.ts';
import { aKey as aKeyOf, aPromotion, NOW } from './data.ts';

const html = promotionPageHtml({
  cspSource: 'https://host.example',
  scriptUri: 'https://host.example/promotion.js',
  styleUri: 'https://host.example/promotion.css',
  nonce: 'n0nce',
});

const WAITING = aPromotion('production', 12, {
  id: '17',
  from: parseVersionNumber(11),
  state: 'pending',
  appliedAt: null,
  approvalsNeeded: 2,
  approvals: [{ actor: 'ada', at: '2026-09-12T11:00:00.000Z', comment: 'Read it.' }],
});
const policy = defaultEnvironments(1).find(({ name }) => name === 'production')?.policy;
const PROMPT = parsePromptName('support/triage');

function parts(given: Partial<ContentParts> = {}): ContentParts {
  return {
    promotion: WAITING,
    standing: { kind: 'unknown' },
    comments: [],
    change: { changes: ['Words: 1 changed.'], breaking: undefined },
    key: undefined,
    policy,
    pointers: undefined,
    trouble: undefined,
    isElsewhere: false,
    now: NOW,
    ...given,
  };
}

const linked = (source: string): SourceWithPartials => ({
  source,
  template: parseSource(source, 'prompt').template,
  partials: new Map(),
});
async function summary(from: string, to: string, tokens = { from: undefined, to: undefined } as object) {
  const [before, after] = [linked(from), linked(to)];
  const change = await changeBetween(PROMPT, before, after);
  return changeSummary(before, after, 'prompt', change, tokens as { from?: number; to?: number } as never);
}

const aKey = (role: Role, actor: string): StoredKeyState => {
  const key = aKeyOf('production', role);
  return key.kind === 'known' ? { ...key, who: { ...key.who, actor } } : key;
};

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

describe('the markup of a promotion page', () => {
  it('allows only its one script, by nonce, and its own styles', () => {
    const [, allowed] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html) ?? [];
    assert.equal(allowed, "default-src 'none'; script-src 'nonce-n0nce'; style-src https://host.example");
    assert.equal(html.match(/<script/g)?.length, 1);
    assert.doesNotMatch(html, /\sstyle=|<style|\son[a-z]+=/);
  });

  it('has every element its script uses, exactly once, and sets text, never markup', () => {
    const script = readFileSync(join(ROOT, 'src', 'editor', 'promotion-page', 'webview', 'main.ts'), 'utf8');
    const asked = [...script.matchAll(/(?:byId|listIn|saidIn)\('([^']+)'/g)].map(([, id]) => id);
    assert.ok(asked.length > 10);
    for (const id of asked) assert.equal(html.split(`id="${id}"`).length, 2, id);
    assert.doesNotMatch(script, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser/);
  });

  it('has headings in order, labels, and only theme colors', () => {
    assert.deepEqual([...html.matchAll(/<h(\d)/g)].map(([, level]) => level).join(''), '122222');
    for (const [, id] of html.matchAll(/(?:for|aria-labelledby|aria-describedby)="([^"]+)"/g))
      assert.ok(html.includes(`id="${id}"`), id);
    const css = readFileSync(join(ROOT, 'media', 'promotion', 'promotion.css'), 'utf8');
    assert.doesNotMatch(css, /#[0-9a-f]{3,8}\b(?![^{]*\{)|rgb|hsl|url\(|@import/i);
  });

  it('accepts only known messages', () => {
    const key = crypto.randomUUID();
    for (const message of [
      { type: 'ready' },
      { type: 'openChanges' },
      { type: 'decide', action: 'approve' },
      { type: 'comment', text: 'Good.', key },
      { type: 'refresh' },
    ])
      assert.ok(fromPage.safeParse(message).success, JSON.stringify(message));
    for (const message of [
      { type: 'decide', action: 'revoke' },
      { type: 'comment', text: 'Good.', key: 'mine' },
      { type: 'comment', text: 'x'.repeat(50_000), key },
      { type: 'ready', more: 1 },
      null,
    ])
      assert.equal(fromPage.safeParse(message).success, false, JSON.stringify(message)?.slice(0, 80));
  });
});

describe('the content of a promotion page', () => {
  it('gives the request, who made it and why, and its progress', () => {
    const content = contentOf(parts());
    assert.equal(content.title, `Promote ${WAITING.prompt}@12 to production`);
    assert.equal(content.status, 'Waiting for approval: 1 of 2 approvals');
    assert.deepEqual(
      content.facts.map(({ term }) => term),
      ['Replaces', 'Requested by', 'Reason'],
    );
    assert.equal(content.facts[0]?.text, '@11');
    assert.deepEqual(
      content.approvals.map(({ who, text }) => [who, text]),
      [['ada', 'Read it.']],
    );
    const first = contentOf(parts({ promotion: { ...WAITING, from: null } }));
    assert.match(first.facts[0]?.text ?? '', /^Nothing/);
  });

  it('offers what the key allows, with environment and version on each button, and explains what it does not', () => {
    const approver = contentOf(parts({ key: aKey('approver', 'tomas.berg') }));
    assert.deepEqual(
      approver.actions.map(({ label }) => label),
      ['Approve @12 for production…', 'Reject @12 for production…'],
    );
    assert.equal(approver.note, undefined);
    const requester = contentOf(parts({ key: aKey('approver', WAITING.requestedBy) }));
    assert.match(requester.note ?? '', /^You requested it/);
    const ada = contentOf(parts({ key: aKey('approver', 'ada') }));
    assert.match(ada.note ?? '', /^You approved it/);
    const author = { ...WAITING, authors: ['lea.horn'] };
    assert.match(
      contentOf(parts({ promotion: author, key: aKey('approver', 'lea.horn') })).note ?? '',
      /^You wrote/,
    );
    assert.match(contentOf(parts({ key: aKey('reader', 'tomas.berg') })).note ?? '', /role reader/);
    assert.match(contentOf(parts({ key: { kind: 'none' } })).note ?? '', /no key for production/);
  });

  it('names environment and version on every button, and the release that is decided as a whole', () => {
    const admin = aKey('admin', WAITING.requestedBy);
    assert.deepEqual(
      contentOf(parts({ key: admin })).actions.map(({ label }) => label),
      ['Reject @12 for production…', 'Cancel Promotion of @12 to production…'],
    );
    const promotion = { ...WAITING, release: { id: '318', atomic: true } };
    const whole = contentOf(parts({ promotion, key: aKey('approver', 'tomas.berg') }));
    assert.equal(whole.actions[0]?.label, 'Approve Release 318 for production…');
    assert.match(whole.facts.find(({ term }) => term === 'Release')?.text ?? '', /^318: .*with the others/);
    const single = contentOf(parts({ promotion: { ...WAITING, release: { id: '318', atomic: false } } }));
    assert.match(single.facts.find(({ term }) => term === 'Release')?.text ?? '', /reviewed on its own/);
  });

  it('offers nothing while the window is connected to another registry', () => {
    const elsewhere = contentOf(
      parts({ key: aKey('approver', 'tomas.berg'), isElsewhere: true, trouble: 'It is of another.' }),
    );
    assert.deepEqual(
      [elsewhere.actions, elsewhere.note, elsewhere.trouble],
      [[], undefined, 'It is of another.'],
    );
  });

  it('offers no decision or comment once the promotion has ended', () => {
    const rejected = {
      ...WAITING,
      state: 'rejected' as const,
      closed: { at: '2026-09-12T09:00:00.000Z', by: 'ada', comment: 'Too soft.' },
    };
    const content = contentOf(parts({ promotion: rejected, key: aKey('admin', 'tomas.berg') }));
    assert.deepEqual(
      [content.status, content.actions, content.mayComment, content.policy],
      ['Rejected', [], false, []],
    );
    assert.match(content.facts.at(-1)?.text ?? '', /^ada, .*Too soft\.$/);
  });

  it('shows the newest comments with their lines, and how many it omits', () => {
    const comments = Array.from({ length: 203 }, (_, index) => ({
      id: `${index}`,
      promotion: '17',
      actor: 'ada',
      at: '2026-09-12T11:00:00.000Z',
      text: `Comment ${index}`,
      place: index % 2 === 0 ? { side: 'from' as const, line: index + 1 } : null,
    }));
    const { discussion, left } = contentOf(parts({ comments }));
    assert.deepEqual([discussion.length, left, discussion.at(-1)?.text], [200, 3, 'Comment 202']);
    assert.deepEqual([discussion.at(-1)?.where, discussion.at(-2)?.where], ['@11, line 203', undefined]);
  });

  it("contains no control or bidirectional characters from people's text", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', '\u202e', '\u0007', '\u001b', '\n', '\u200b') }),
        text => {
          const promotion = { ...WAITING, reason: text, requestedBy: text };
          const comment = {
            id: '1',
            promotion: '17',
            actor: text,
            at: '2026-09-12T11:00:00.000Z',
            text,
            place: null,
          };
          for (const said of textsIn(contentOf(parts({ promotion, comments: [comment] }))))
            assert.equal(said, visibleLines(said));
        },
      ),
      { numRuns: runs(200, 50) },
    );
  });
});

describe('the policy text', () => {
  const pointer = (version: number) => ({
    environment: 'staging' as never,
    channel: 'stable' as never,
    version: parseVersionNumber(version),
    promotedAt: '2026-09-10T08:00:00.000Z',
    promotedBy: 'ada',
    promotion: '5',
  });

  it('says how many approvals are missing, who cannot approve, and whether the version was stable before', () => {
    const said = policyWords(
      { ...WAITING, requestedBy: 'jonas', authors: ['lea'] },
      { policy, pointers: [pointer(12)] },
    );
    assert.match(said[0] ?? '', /^Production needs 2 approvals by others\. 1 to go\.$/);
    assert.match(
      said[1] ?? '',
      /^jonas and lea cannot approve: they requested it or wrote what it changes\.$/,
    );
    assert.match(said[2] ?? '', /^A version must be stable in staging first\. @12 has been since Sep 10/);
  });

  it('says which owners must approve, who of them can, and what to do when none can', () => {
    const owned = (canApprove: string[]) => ({
      ...WAITING,
      approvalsNeeded: 1,
      owners: [{ prompts: 'support/**', owners: ['dana', 'sam'], canApprove }],
    });
    const words = (promotion: typeof WAITING) => policyWords(promotion, { policy, pointers: undefined });
    assert.match(
      words(owned(['dana', 'sam']))[0] ?? '',
      /^Production needs 1 approval by someone else, and has it\.$/,
    );
    assert.equal(words(owned(['dana', 'sam']))[1], 'support/** needs the approval of an owner: dana or sam.');
    assert.match(words(owned(['sam']))[1] ?? '', /Now only sam can give it\.$/);
    assert.match(
      words(owned([]))[1] ?? '',
      /None of them can: .* An admin of production can change the owners/,
    );
    const content = (actor: string) =>
      contentOf(parts({ promotion: owned(['dana', 'sam']), key: aKey('approver', actor) }));
    assert.equal(content('Dana').status, 'Waiting for dana or sam: 1 of 1 approval');
    assert.deepEqual([content('Dana').note, content('Dana').actions.length], [undefined, 2]);
    assert.match(
      content('lee').note ?? '',
      /^You do not own what it changes\. It is waiting for dana or sam;/,
    );
    assert.equal(content('lee').actions.length, 1);
  });

  it('says what is stable instead, and omits what is not known', () => {
    assert.match(policyWords(WAITING, { policy, pointers: [pointer(11)] }).at(-1) ?? '', /Now @11 is\.$/);
    assert.match(policyWords(WAITING, { policy, pointers: [] }).at(-1) ?? '', /Now nothing of .* is\.$/);
    assert.match(policyWords(WAITING, { policy, pointers: undefined }).at(-1) ?? '', /in staging first\.$/);
    const open = { ...WAITING, approvals: [], approvalsNeeded: 0 };
    assert.deepEqual(policyWords({ ...open, state: 'applied' }, { policy: undefined, pointers: undefined }), [
      'Production needs no approval.',
    ]);
    const [still] = policyWords(open, { policy: undefined, pointers: undefined });
    assert.equal(
      still,
      'Production needs no approval any more. This was requested earlier, so one approval makes it live.',
    );
    assert.match(contentOf(parts({ promotion: open })).status, /: 0 of 1 approval$/);
  });
});

describe('the summary of a change', () => {
  it('counts words, sentences and tokens, and names settings and breaking changes', async () => {
    const from =
      '---\nmodel: acme/a\nconfig:\n  temperature: 0.2\ninput:\n  schema:\n    name: string\n---\nHello {{name}}. Be kind.\n';
    const to =
      '---\nmodel: acme/b\nconfig:\n  temperature: 0.7\n  topP: 1\ninput:\n  schema:\n    name: string\n    mood: string\n---\nHello {{name}}. Be very kind. Stop.\n';
    const { changes, breaking } = await summary(from, to, { from: 9, to: 12 });
    assert.deepEqual(changes, [
      'Sentences: 1 added, 1 changed.',
      'Words: 2 added.',
      'Tokens with the default inputs: 12, 3 more than before.',
      'model changes from “acme/a” to “acme/b”.',
      'config.temperature changes from 0.2 to 0.7.',
      'config.topP is set to 1.',
    ]);
    assert.match(breaking ?? '', /^Breaking for applications: .*"mood" is new and required/);
  });

  it('says that the text is unchanged when only settings differ', async () => {
    const { changes, breaking } = await summary('---\nmodel: a\n---\nHi.', 'Hi.');
    assert.deepEqual(
      [changes, breaking],
      [['The text is the same.', 'model is no longer set (it was “a”).'], undefined],
    );
  });
});
