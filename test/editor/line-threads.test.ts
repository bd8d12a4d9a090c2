/** The threads of versions: where each is shown, what is said over it, and what a suggestion is put in place of. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LineThread } from '../../src/contract/comments.ts';
import { linesOfText } from '../../src/core/line-map.ts';
import { parsePromptName } from '../../src/core/name.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import { commentMarkdown } from '../../src/editor/promotions/comment-markdown.ts';
import { hasArrivedAtLine } from '../../src/editor/promotions/has-arrived.ts';
import { suggestedEdit } from '../../src/editor/promotions/suggestion-place.ts';
import { threadLabel } from '../../src/editor/promotions/thread-words.ts';
import {
  type FollowedThread,
  promptOfSubject,
  promptSubject,
  subjectOf,
  withFollowed,
  withUnsent,
} from '../../src/editor/promotions/threads.ts';
import { UnsentComments } from '../../src/editor/promotions/unsent-comments.ts';
import { runs } from '../runs.ts';
import { windowMemory } from './window-memory.ts';

const PROMPT = parsePromptName('support/triage');
const version = (number: number) => number as VersionNumber;

function thread(of: number, line: number, ...ids: number[]): LineThread {
  const at = '2026-09-12T11:00:00.000Z';
  const place = { prompt: PROMPT, version: version(of), line };
  return {
    ...place,
    resolved: null,
    comments: ids.map(id => ({
      ...place,
      ...{ id: `${id}`, promotion: null, actor: 'ada', at, text: `Text ${id}`, editedAt: null },
    })),
  };
}
const GONE = { version: version(10), how: 'removed' } as const;
const followed = (of: LineThread, ...lines: [number, number, boolean?][]): FollowedThread => ({
  thread: of,
  lines: new Map(
    lines.map(([on, line, isGone = false]) => [version(on), { line, gone: isGone ? GONE : null }]),
  ),
});
const tabs = (...each: number[][]) => each.map(sides => sides.map(version));
const placesOf = (given: FollowedThread, ...shown: number[][]) =>
  withFollowed([], [given], tabs(...shown)).map(each =>
    each.shown === undefined
      ? 'own'
      : `@${each.shown.version}:${each.shown.line}${each.shown.gone ? ' gone' : ''}`,
  );

describe('comment threads of versions', () => {
  it('are shown once per tab, at their own version or the newest one that has their line', () => {
    const nine = followed(thread(9, 5, 1), [9, 5], [10, 6], [11, 7], [12, 4, true]);
    assert.deepEqual(placesOf(nine, [9, 10]), ['own']);
    assert.deepEqual(placesOf(nine, [10, 11]), ['@11:7']);
    assert.deepEqual(placesOf(nine, [11, 12]), ['@11:7']);
    assert.deepEqual(placesOf(nine, [12]), ['@12:4 gone']);
    assert.deepEqual(placesOf(nine, [9, 10], [11], [11]), ['own', '@11:7']);
    assert.deepEqual(placesOf(nine, [7, 8]), []);
  });
  it('contain each comment once, even if the registry returns it twice', () => {
    const [one] = thread(9, 5, 4).comments;
    assert.ok(one);
    const own = [{ version: version(9), line: 5, comments: [{ ...one, promotion: '3' }] }];
    const [both] = withFollowed(own, [followed(thread(9, 5, 2, 4, 11), [9, 5])], tabs([9]));
    assert.deepEqual(
      both?.comments.map(({ id }) => id),
      ['2', '4', '11'],
    );
  });
  it('contain unsent comments wherever they are shown', () => {
    const unsent = new UnsentComments(windowMemory());
    const place = { registry: 'embedded', environment: '', promotion: null, prompt: PROMPT };
    const here = unsent.keep({ ...place, version: version(9), line: 5 }, 'Reply', null);
    const alone = unsent.keep({ ...place, version: version(9), line: 6 }, 'New', null);
    const other = { ...place, prompt: parsePromptName('other'), version: version(9), line: 5 };
    unsent.keep(other, 'Elsewhere', null);
    assert.deepEqual(unsent.atLinesOf('embedded', PROMPT), [here, alone]);
    const shown = withFollowed([], [followed(thread(9, 5, 1), [11, 7])], tabs([11]));
    const [reply, own] = withUnsent(shown, unsent.atLinesOf('embedded', PROMPT));
    assert.equal(reply?.unsent, here);
    assert.equal(reply?.shown?.line, 7);
    assert.deepEqual([own?.unsent, own?.line, own?.comments], [alone, 6, []]);
    assert.equal(hasArrivedAtLine(here, [thread(9, 5, 1)], ['ada']), false);
    const [arrived] = thread(9, 5, 7).comments;
    assert.ok(arrived);
    const answered = { ...thread(9, 5), comments: [{ ...arrived, text: 'Reply ' }] };
    assert.equal(hasArrivedAtLine(here, [answered], ['Ada']), true);
    assert.equal(hasArrivedAtLine(alone, [answered], ['ada']), false);
    assert.equal(hasArrivedAtLine({ ...here, after: '7' }, [answered], ['ada']), false);
  });
  it('say what happened to their line, and who resolved them', () => {
    const at = { version: version(9), line: 5 };
    assert.equal(threadLabel(at, false), '@9, line 5');
    const shown = { version: version(11), line: 4, gone: GONE };
    assert.equal(threadLabel({ ...at, shown }, false), '@9, line 5 · On a line that version 10 removed');
    const resolved = { at: '', by: 'a\nda\u202e' };
    assert.equal(threadLabel({ ...at, resolved }, false), '@9, line 5 · Resolved by a\\nda\\u202e');
    assert.equal(threadLabel({ ...at, line: null }, true), 'The whole promotion · This promotion has ended');
  });
  it('do not confuse a prompt named like a number with a promotion', () => {
    const named = parsePromptName('17');
    assert.notEqual(promptSubject(named), '17');
    assert.equal(promptOfSubject(promptSubject(named)), named);
    assert.equal(promptOfSubject(subjectOf({ promotion: '17', prompt: named })), undefined);
  });
});

describe('a comment as Markdown', () => {
  it('shows a suggestion as code, and everything else as plain text', () => {
    assert.equal(
      commentMarkdown('See *this*:\n```suggestion\nHello, {{name}}.\n```'),
      'See \\*this\\*:\n\n*Suggestion:*\n```dotprompt\nHello, {{name}}.\n```',
    );
    assert.equal(commentMarkdown('```suggestion\n```'), '*Suggestion: remove the line*');
  });
  it('keeps the line breaks of a text, without headings, lists or code blocks', () => {
    assert.equal(commentMarkdown('Fees\n===\n---'), 'Fees  \n\\=\\=\\=  \n\\-\\-\\-');
    assert.equal(commentMarkdown('One\n\n    # *x*'), 'One  \n  \n&nbsp;&nbsp;&nbsp;&nbsp;\\# \\*x\\*');
  });
  it('keeps everything inside its code block', () => {
    const line = fc.constantFrom('```', '````', '~~~', '[x](command:y)', '<img src=x>', '\u202e', 'text');
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 6 }), lines => {
        const text = `\`\`\`\`\`suggestion\n${lines.join('\n')}\n\`\`\`\`\``;
        const [, opening, ...rest] = commentMarkdown(text).split('\n');
        const fence = /^`+/.exec(opening ?? '')?.[0] ?? '';
        assert.equal(rest.pop(), fence);
        assert.ok(rest.every(each => !each.startsWith(fence)));
        assert.ok(!rest.join('\n').includes('\u202e'));
      }),
      { numRuns: runs(5000, 500) },
    );
  });
});

describe('the line that a suggestion replaces', () => {
  it('has the text that was commented on, or does not exist', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', ''), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(lines, lines, fc.nat(9), (before, file, index) => {
        const line = index + 1;
        const target = suggestedEdit(before, file, line);
        if (target !== undefined) assert.equal(file[target - 1], before[line - 1]);
        if (line > before.length) assert.equal(target, undefined);
      }),
      { numRuns: runs(20_000, 2000) },
    );
    assert.equal(suggestedEdit(['a', 'b'], ['x', 'a', 'b'], 2), 3);
    assert.equal(suggestedEdit(['a', 'b'], ['a', 'B'], 2), undefined);
    const marked = linesOfText('\ufeffa\r\nb');
    assert.equal(suggestedEdit(marked, linesOfText('x\na\nb'), 1), 2, 'a byte order mark is no edit');
  });
});
