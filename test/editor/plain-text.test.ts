/** What people wrote, in the words of the editor: it stays text on its line, wherever VS Code would make more of it. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Confirmation, Dialogs, PickQuestion, TextQuestion } from '../../src/editor/asking/ask.ts';
import { plainAsk, withoutIcons } from '../../src/editor/asking/plain-ask.ts';
import { firstLine, versionWords } from '../../src/editor/explorer/labels.ts';
import { plainLog } from '../../src/editor/log/plain-log.ts';
import { promotionOption, promotionWords } from '../../src/editor/promotions/labels.ts';
import { approvalQuestion } from '../../src/editor/promotions/words.ts';
import { escapeMarkdown } from '../../src/editor/wording/markdown.ts';
import {
  codeBlock,
  codeSpan,
  escapeMarkdown as escapeOfLanguage,
} from '../../src/language/results/markdown.ts';
import { HIDDEN, hostileText, withoutEmoji } from '../hostile-text.ts';
import { runs } from '../runs.ts';
import { aPromotion, aVersion, NOW } from './data.ts';

const RUNS = { numRuns: runs(2000, 200) };

function assertVisible(text: string, lines = 1): void {
  assert.equal(text.split('\n').length, lines, JSON.stringify(text));
  for (const line of text.split('\n')) assert.doesNotMatch(withoutEmoji(line), HIDDEN);
}

/** Markup that is not escaped: what a reader of Markdown or HTML could take for more than text. */
function assertNoMarkup(markdown: string): void {
  const unescaped = markdown.replace(/\\[!-/:-@[-`{-~]/g, '').replaceAll('&amp;', '');
  assert.doesNotMatch(unescaped, /[`*_[\]()<>&$~|]/);
  assert.doesNotMatch(unescaped, /:\/\/|www\./);
}

describe('a status bar message with text written by people', () => {
  it('has no icons, and one line', () => {
    fc.assert(
      fc.property(hostileText, text => {
        const shown = withoutIcons(`Saved the sample "${text}$(alert)"`);
        assertVisible(shown);
        assert.doesNotMatch(shown, /(?<!\\)\$\([a-z0-9~-]+\)/i);
      }),
      RUNS,
    );
  });
});

describe('Markdown with text written by people', () => {
  it('has no links, images, commands, addresses or HTML, and one line', () => {
    fc.assert(
      fc.property(hostileText, text => {
        const markdown = escapeMarkdown(text);
        assertVisible(markdown);
        assertNoMarkup(markdown);
      }),
      RUNS,
    );
    assert.equal(escapeMarkdown('https://evil.example'), 'https\\://evil\\.example');
    assert.equal(escapeMarkdown('a\r\nb\u2028c\u202e'), 'a b c\\\\u202e');
  });

  it('is equally plain in hovers and completion, where line breaks are kept', () => {
    fc.assert(
      fc.property(hostileText, text => {
        const markdown = escapeOfLanguage(text);
        assertNoMarkup(markdown);
        for (const line of markdown.split(/[\n\t]/)) assert.doesNotMatch(withoutEmoji(line), HIDDEN);
        assertVisible(codeSpan(text));
        for (const line of codeBlock(text).split('\n'))
          assert.doesNotMatch(withoutEmoji(line.replaceAll('\t', ' ')), HIDDEN);
      }),
      RUNS,
    );
  });
});

describe('the labels of a promotion and a version', () => {
  it('show reasons, messages, comments and names as plain text on one line', () => {
    fc.assert(
      fc.property(hostileText, text => {
        const promotion = aPromotion('production', 2, {
          state: 'pending',
          reason: text,
          requestedBy: text,
          authors: [text],
          approvals: [{ actor: text, at: '2026-09-12T10:00:00.000Z', comment: text }],
        });
        const words = promotionWords(promotion, { kind: 'unknown' }, NOW);
        for (const line of words.tooltip().split('\n')) {
          assert.doesNotMatch(withoutEmoji(line), HIDDEN);
          assertNoMarkup(line.replace(/^\*\*.*?\*\*/, '').replace(/\(.*?\)(?=[:,]|$)/g, ''));
        }
        assertVisible(promotionOption(promotion, { kind: 'unknown' }, NOW).detail);
        assertVisible(firstLine(text));
        const version = { ...aVersion('p', 1), message: text, author: text };
        const tooltip = versionWords(
          version,
          undefined,
          { mark: undefined, brief: undefined, lines: [] },
          NOW,
        );
        for (const line of tooltip.tooltip().split('\n')) assert.doesNotMatch(withoutEmoji(line), HIDDEN);
        assertVisible(approvalQuestion(promotion, undefined).detail, 3);
      }),
      RUNS,
    );
  });
});

/** What reaches VS Code of a question. */
function heard(): { readonly asked: unknown[]; readonly ask: Dialogs } {
  const asked: unknown[] = [];
  const ask = plainAsk({
    text: async question => void asked.push(question),
    sent: () => {},
    pick: async question => void asked.push({ ...question, options: await question.options }),
    pickMany: async question => void asked.push(question),
    confirm: async question => asked.push(question) < 0,
    tell: async (_severity, message) => void asked.push({ message }),
  });
  return { asked, ask };
}

describe('questions and notifications', () => {
  it('show quoted text as plain text', async () => {
    await fc.assert(
      fc.asyncProperty(hostileText, async text => {
        const { asked, ask } = heard();
        await ask.text({ title: text, prompt: text, placeholder: text });
        const option = { label: text, description: text, detail: text, heading: text, value: text };
        await ask.pick({ title: text, placeholder: text, options: [option] });
        await ask.pick({ title: text, placeholder: text, options: Promise.resolve([option]) });
        await ask.pickMany({ title: text, placeholder: text, options: [{ ...option, picked: true }] });
        await ask.confirm({ message: text, detail: text, button: 'OK' });
        await ask.tell('info', text);
        const [box, list, later, several, modal, notification] = asked as [
          TextQuestion,
          PickQuestion<string>,
          PickQuestion<string>,
          PickQuestion<string>,
          Confirmation,
          { message: string },
        ];
        for (const shown of [
          box.title,
          box.prompt,
          box.placeholder,
          list.title,
          several.title,
          modal.message,
        ])
          assertVisible(shown ?? '');
        for (const { options } of [list, later, several]) {
          const [shown] = options as (typeof option)[];
          for (const each of [shown?.label, shown?.description, shown?.detail, shown?.heading])
            assertVisible(each ?? '');
          assert.equal(shown?.value, text, 'what is chosen is what was offered');
          assert.doesNotMatch(shown?.label ?? '', /(?<!\\)\$\([a-z0-9~-]+\)/i);
        }
        for (const line of modal.detail.split(/[\n\t]/)) assert.doesNotMatch(withoutEmoji(line), HIDDEN);
        // What VS Code's notifications take for a link (vs/base/common/linkedText.ts).
        assert.doesNotMatch(
          notification.message,
          /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i,
        );
      }),
      RUNS,
    );
  });
});

describe('the log', () => {
  it('has one line per entry, whatever it quotes', () => {
    const entries: string[] = [];
    const write = (message: string) => void entries.push(message);
    const channel = Object.freeze({ info: write, warn: write, error: write, debug: write, trace: write });
    const log = plainLog(channel as never);
    fc.assert(
      fc.property(hostileText, text => {
        entries.length = 0;
        log.info(text);
        log.warn(text);
        log.error(text);
        for (const entry of entries) assertVisible(entry);
      }),
      RUNS,
    );
    entries.length = 0;
    log.debug('Error: no\u001b[2J\n    at one\n    at two');
    assert.deepEqual(entries, ['Error: no\\u001b[2J\n    at one\n    at two']);
  });
});
