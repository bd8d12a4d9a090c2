/** What Slack and Teams are sent, held to the schemas and limits that they publish, whatever people wrote. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { WEBHOOK_EVENTS } from '../../src/contract/webhooks.ts';
import { diffExcerpt } from '../../src/core/diff-excerpt.ts';
import type { RegistryEvent } from '../../src/core/event.ts';
import { OWNERS_KINDS } from '../../src/core/owners-change.ts';
import type { PromotionRecord } from '../../src/core/promotion.ts';
import { chatMessage } from '../../src/registry/webhooks/message.ts';
import type { About } from '../../src/registry/webhooks/notification.ts';
import { exampleMessage } from '../../src/registry/webhooks/send-example.ts';
import { HIDDEN, hostileText, withoutEmoji } from '../hostile-text.ts';
import { runs } from '../runs.ts';
import type { Json } from './a-registry.ts';

const PUBLIC_URL = 'https://prompts.example.com';
const NOW = '2026-03-01T10:00:00.000Z';

const PROMOTION = {
  ...{ id: 7, prompt: 'support/triage', environment: 'production', channel: 'stable', version: 12, from: 11 },
  ...{ rollback: false, reason: 'Shorter answers', state: 'pending', requestedBy: 'dana', requestedAt: NOW },
} as unknown as PromotionRecord;
const CHANGE: About['change'] = {
  from: 'support/triage@11',
  excerpt: diffExcerpt('---\nmodel: a\n---\nBe kind.\n', '---\nmodel: a\n---\nBe brief.\n'),
  partials: ['support/_header 3 → 4'],
};

function anEvent(kind: string, data: object = {}, more: object = {}): RegistryEvent {
  const about = { prompt: 'support/triage', version: 12, environment: 'production', channel: 'stable' };
  return {
    ...{ seq: 9, at: NOW, actor: 'sam', key: '0123456789ab', kind, ...about },
    data: { ...(kind.startsWith('promotion.') && { promotion: '7' }), ...data },
    ...more,
  } as unknown as RegistryEvent;
}

const OWNERS_CHANGE = {
  ...{ id: '40', environment: 'production', text: '* @dana\nsupport/** @sam @lee\n', state: 'pending' },
  ...{ reason: 'Support answers for its prompts', requestedBy: 'dana', requestedAt: NOW, appliedAt: null },
  ...{ approvals: [], approvalsNeeded: 1, canApprove: ['lee', 'sam'], closed: null },
} as unknown as NonNullable<About['owners']>;

function anOwnersEvent(kind: string, data: object = {}, more: object = {}): RegistryEvent {
  const { text, reason } = OWNERS_CHANGE;
  const said = kind === 'owners.requested' || kind === 'owners.applied' ? { text, reason } : { comment: '' };
  return anEvent(
    kind,
    { change: '40', ...said, ...data },
    { prompt: undefined, version: undefined, channel: undefined, ...more },
  );
}

const ajv = new Ajv({ strict: false, allErrors: true });
const schemaOf = (name: string) =>
  ajv.compile(JSON.parse(readFileSync(new URL(`schemas/${name}.json`, import.meta.url), 'utf8')));
const SCHEMAS = { slack: schemaOf('slack-block-kit'), teams: schemaOf('teams-adaptive-card') };

/** Every string of a message with the object that holds it. */
function texts(value: Json, holder?: Json): [string, Json][] {
  if (typeof value === 'string') return [[value, holder]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(each => texts(each, Array.isArray(value) ? holder : value));
}

function objects(value: Json): Json[] {
  if (typeof value !== 'object' || value === null) return [];
  return [...(Array.isArray(value) ? [] : [value]), ...Object.values(value).flatMap(objects)];
}

function assertIsSlacks(message: object): void {
  assert.ok(SCHEMAS.slack(message), JSON.stringify(SCHEMAS.slack.errors));
  const { text, blocks } = message as Json;
  assert.ok(text.length > 0 && text.length <= 4000 && blocks.length <= 50);
  assert.doesNotMatch(text, /[<>]|&(?!(?:amp|lt|gt);)/, 'no markup outside the blocks');
  assert.ok(blocks[0].text.text.length <= 150);
  for (const each of objects(message)) {
    // Neither mentions, broadcasts, links, emoji nor mrkdwn: only text that is shown as it is.
    const known = /^(header|plain_text|actions|button|text|rich_text(_section|_quote|_preformatted)?)$/;
    if (each.type !== undefined) assert.match(each.type, known);
    if (each.type === 'text') assert.ok(each.text.length > 0 && each.text.length <= 3000);
    if (each.type === 'plain_text') assert.equal(each.emoji, false);
    if (each.type === 'button') assert.ok(each.text.text.length <= 75 && each.url.length <= 3000);
    if (each.type?.startsWith('rich_text')) assert.ok(each.elements.length > 0);
  }
}

function assertIsTeams(message: object): void {
  assert.ok(SCHEMAS.teams(message), JSON.stringify(SCHEMAS.teams.errors));
  assert.ok(Buffer.byteLength(JSON.stringify(message)) < 28 * 1024);
  const [{ content }] = (message as Json).attachments;
  assert.deepEqual(
    [content.type, content.version, content.msteams],
    ['AdaptiveCard', '1.5', { width: 'full' }],
  );
  for (const each of objects(content)) {
    if (each.type !== undefined)
      assert.match(each.type, /^(AdaptiveCard|RichTextBlock|TextRun|Container|Action\.OpenUrl)$/);
    if (each.type === 'TextRun') assert.ok(each.text.length > 0 && !each.text.includes('\n'));
    if (each.type === 'RichTextBlock') assert.ok(each.inlines.length > 0);
  }
}

function assertFits(format: 'slack' | 'teams', message: object): void {
  if (format === 'slack') assertIsSlacks(message);
  else assertIsTeams(message);
  for (const [text] of texts(message))
    assert.doesNotMatch(withoutEmoji(text).replaceAll(/[\n\t]/g, ''), HIDDEN, JSON.stringify(text));
}

const FORMATS = ['slack', 'teams'] as const;

/** All that is shown, joined. */
function shown(format: 'slack' | 'teams', event: RegistryEvent, about: About = {}): string {
  const message = chatMessage(format, event, about, PUBLIC_URL);
  assertFits(format, message);
  return objects(message)
    .map(each => each.text)
    .filter(each => typeof each === 'string')
    .join('\n');
}

describe('a chat message', () => {
  for (const format of FORMATS) {
    it(`says in ${format} who requests what and why, with the change and a link`, () => {
      const about: About = { promotion: PROMOTION, change: CHANGE };
      const event = anEvent(
        'promotion.requested',
        { from: 11, reason: 'Shorter answers' },
        { actor: 'dana' },
      );
      const text = shown(format, event, about);
      for (const part of [
        'Requested: promote support/triage@12 to production',
        'dana',
        'Shorter answers',
        'Partials: support/_header 3 → 4.',
        '-Be kind.',
        '+Be brief.',
      ])
        assert.ok(text.includes(part), `${part}\n${text}`);
      const links = objects(chatMessage(format, event, about, PUBLIC_URL)).flatMap(each => each.url ?? []);
      assert.deepEqual(links, [`${PUBLIC_URL}/open/promotion/7`]);
      const without = objects(chatMessage(format, event, about)).flatMap(each => each.url ?? []);
      assert.deepEqual(without, [], 'a registry without a public URL has no page to link to');
    });
    it(`describes in ${format} every kind of event, including kinds from later releases`, () => {
      const ofPrompts = WEBHOOK_EVENTS.filter(kind => !kind.startsWith('owners.'));
      for (const kind of [...ofPrompts, 'promotion.of_tomorrow']) {
        const isAtLine = kind.startsWith('comment.');
        const about: About = isAtLine
          ? { line: 4 }
          : { ...(kind.startsWith('promotion.') && { promotion: PROMOTION }) };
        const text = shown(format, anEvent(kind, { comment: isAtLine ? '4711' : 'Good as it is' }), about);
        assert.ok(text.includes('support/triage@12') && text.includes('sam'), text);
        assert.ok(text.includes(isAtLine ? 'Line' : 'Good as it is') && !text.includes('4711'), text);
        if (kind !== 'promotion.of_tomorrow') assert.ok(!text.includes(kind), text);
      }
      assert.match(shown(format, anEvent('audit.of_tomorrow')), /audit\.of_tomorrow: support\/triage@12/);
      shown(format, anEvent('promotion.of_tomorrow', {}, { prompt: undefined, version: undefined }));
    });
    it(`names in ${format} who still has to approve a promotion`, () => {
      const waitsFor = [{ prompts: 'support/**', owners: ['lee', 'mia'], canApprove: ['lee'] }];
      const event = anEvent('promotion.requested', { from: 11, reason: 'Shorter' });
      assert.match(shown(format, event, { promotion: PROMOTION, waitsFor }), /Waits for \nlee\n/);
      assert.doesNotMatch(shown(format, event, { promotion: PROMOTION, waitsFor: [] }), /Waits for/);
    });
    it(`describes in ${format} a change of owners: who has to approve it, why, and its lines`, () => {
      const about: About = {
        owners: OWNERS_CHANGE,
        ownersDiff: diffExcerpt('* @dana\n', OWNERS_CHANGE.text),
      };
      const texts = OWNERS_KINDS.map(kind => shown(format, anOwnersEvent(kind), about));
      for (const [index, title] of [
        'Requested: change the owners of production',
        'Approved: change the owners of production',
        'Changed: the owners of production',
        'Rejected: change the owners of production',
        'Canceled: change the owners of production',
      ].entries())
        assert.ok(texts[index]?.includes(title), `${title}\n${texts[index]}`);
      for (const part of [
        'Waits for \n1 approval by lee or sam',
        'Requested by \ndana',
        'Support answers for its prompts',
        '+support/** @sam @lee',
      ])
        assert.ok(texts[1]?.includes(part), `${part}\n${texts[1]}`);
      assert.doesNotMatch(texts[0] ?? '', /Comment/, 'the text is no comment');
      const over: About = { owners: { ...OWNERS_CHANGE, state: 'applied', canApprove: [] } };
      assert.doesNotMatch(shown(format, anOwnersEvent('owners.applied'), over), /Waits for/);
      const links = objects(chatMessage(format, anOwnersEvent('owners.requested'), about, PUBLIC_URL));
      assert.deepEqual(
        links.flatMap(each => each.url ?? []),
        [`${PUBLIC_URL}/open/owners?environment=production`],
      );
    });
    it(`matches the documented example of ${format}`, () => {
      assertFits(format, exampleMessage(format, new Date(NOW)));
    });
  }
  it('names a rollback, a planned time and a commented line', () => {
    const rollback = { ...PROMOTION, rollback: true, version: 11, from: 12 } as PromotionRecord;
    const applied = anEvent('promotion.applied', { rollback: true, reason: 'Wrong fees' }, { version: 11 });
    assert.match(
      shown('slack', applied, { promotion: rollback }),
      /Rolled back: production has support\/triage@11 again/,
    );
    const planned = anEvent('promotion.planned', { effectiveAt: '2026-03-02T08:30:00.000Z' });
    assert.match(shown('slack', planned, { promotion: PROMOTION }), /2026-03-02 08:30 UTC/);
    const comment = anEvent('promotion.commented', { text: 'Why?', place: { side: 'to', line: 4 } });
    assert.match(shown('slack', comment, { promotion: PROMOTION }), /4 after the change/);
  });
  it('explains why it shows no change: no earlier version, the same text or a change too large', () => {
    const event = anEvent('version.published', { base: null, message: 'First' });
    const with_ = (change: About['change']) => shown('teams', event, { change });
    assert.match(
      with_({ from: undefined, excerpt: undefined, partials: [] }),
      /There was no version before\./,
    );
    assert.match(
      with_({ from: 'a@1', excerpt: undefined, partials: ['_b 1 → 2'] }),
      /The text is that of a@1\./,
    );
    assert.match(
      with_({ from: 'a@1', excerpt: { lines: [], more: undefined }, partials: [] }),
      /too much to show/,
    );
  });
  it('names the commit and pull request of a version with an origin', () => {
    const origin = { commit: '5f0c1a2b3c4d', pullRequest: 'https://github.com/o/r/pull/12' };
    const event = anEvent('version.published', { base: null, message: 'First', origin });
    for (const format of FORMATS) {
      const text = shown(format, event);
      assert.ok(text.includes('5f0c1a2b3c4d') && text.includes(origin.pullRequest), text);
    }
  });
  it('escapes all markup that people write, and stays within the limits', () => {
    const mention = fc.constantFrom(
      '<!channel>',
      '<!here|x>',
      '@here @channel @everyone',
      '<@U012AB3CD>',
      '<#C012AB3CD>',
      '<https://evil.example|Approve>',
      '[Approve](https://evil.example)',
      '<at>everyone</at>',
      '```\n*b* _i_ ~s~',
      '&lt;!channel&gt; &',
      ':tada:',
      '\ud800',
      '\n'.repeat(600),
      '😀'.repeat(400),
      'مرحبا \u202e',
    );
    const evil = fc
      .array(fc.oneof(mention, hostileText), { minLength: 1, maxLength: 5 })
      .map(all => all.join(''));
    const kinds = fc.constantFrom<string>(...WEBHOOK_EVENTS);
    fc.assert(
      fc.property(kinds, evil, evil, evil, fc.constantFrom(...FORMATS), (kind, one, other, name, format) => {
        const data = { reason: one, comment: other, message: one, text: other, detail: one };
        const about: About = {
          owners: { ...OWNERS_CHANGE, reason: other, requestedBy: one, canApprove: [name, other] },
          ownersDiff: diffExcerpt(one, other),
          waitsFor: [{ prompts: 'a', owners: [one, other], canApprove: [] }],
        };
        const event = kind.startsWith('owners.')
          ? anOwnersEvent(kind, data, { actor: name })
          : anEvent(kind, data, { actor: name, channel: name.slice(0, 30) });
        const change = {
          from: 'a@1',
          excerpt: diffExcerpt(one, other),
          partials: Array(50).fill('x/_y 1 → 2'),
        };
        assertFits(
          format,
          chatMessage(
            format,
            event,
            {
              promotion: { ...PROMOTION, reason: other },
              change,
              line: 4,
              ...(kind.startsWith('owners.') ? about : { waitsFor: about.waitsFor ?? [] }),
            },
            PUBLIC_URL,
          ),
        );
      }),
      { numRuns: runs(2000, 150) },
    );
  });
});
