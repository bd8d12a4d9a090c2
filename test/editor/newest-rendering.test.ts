/** The newest rendering of a preview, with a renderer that answers when the test says so. */
import assert from 'node:assert/strict';
import { NewestRendering } from '../../src/editor/preview/newest-rendering.ts';
import type { PreviewOutcome } from '../../src/editor/preview/renderer/outcome.ts';
import type { PreviewRenderer } from '../../src/editor/preview/renderer/preview-renderer.ts';

const outcomeOf = (message: string): PreviewOutcome => ({ kind: 'problem', message });

describe('the newest rendering', () => {
  it('discards a rendering of the previous prompt that finishes after another is shown', async () => {
    const answers: ((outcome: PreviewOutcome) => void)[] = [];
    const renderer = {
      render: () => new Promise<PreviewOutcome>(resolve => answers.push(resolve)),
    } as unknown as PreviewRenderer;
    const shown: (string | undefined)[] = [];
    const newest = new NewestRendering({
      renderer,
      request: () => Promise.resolve({} as never),
      onOutcome: () => shown.push(newest.outcome?.kind === 'problem' ? newest.outcome.message : undefined),
    });
    const before = newest.run();
    await Promise.resolve();
    newest.forget();
    answers[0]?.(outcomeOf('of the prompt before'));
    await before;
    assert.equal(newest.outcome, undefined);
    const after = newest.run();
    await Promise.resolve();
    answers[1]?.(outcomeOf('of the prompt that is shown'));
    await after;
    assert.deepEqual(shown, ['of the prompt that is shown']);
    newest.dispose();
  });
});
