import assert from 'node:assert/strict';
import type { Dialogs } from '../../src/editor/asking/ask.ts';
import { boundAsk } from '../../src/editor/asking/bound-ask.ts';

describe('a question about a project', () => {
  let shown: string | undefined;
  let next: string | undefined;
  let registry = 'embedded';
  const told: string[] = [];
  const answer = async (): Promise<never> => {
    shown = next;
    return 'answer' as never;
  };
  const ask: Dialogs = boundAsk(
    {
      text: answer,
      pick: answer,
      pickMany: answer,
      confirm: answer,
      sent: () => undefined,
      async tell(_severity, message, ...buttons) {
        told.push(message);
        return buttons.length === 0 ? undefined : answer();
      },
    },
    () => ({ root: shown, registry }),
  );
  const all = () => [
    () => ask.text({ title: '', prompt: '' }),
    () => ask.pick({ title: '', placeholder: '', options: [] }),
    () => ask.pickMany({ title: '', placeholder: '', options: [] }),
    () => ask.confirm({ message: '', detail: '', button: '' }),
    () => ask.tell('info', 'Something.', 'Button'),
  ];

  it('is answered as long as the window shows that, or showed none', async () => {
    for (const [before, after] of [
      ['/a', '/a'],
      [undefined, '/a'],
      [undefined, undefined],
    ])
      for (const put of all()) {
        [shown, next] = [before, after];
        assert.equal(await put(), 'answer');
      }
  });

  it('is not answered once the window shows another, and that is said', async () => {
    for (const put of all()) {
      [shown, next] = ['/a', '/b'];
      told.length = 0;
      assert.ok(!(await put()));
      assert.match(told.at(-1) ?? '', /^Nothing was done/);
    }
  });

  it('is not answered by a button once the project has another registry', async () => {
    [shown, next] = ['/a', '/a'];
    const answering = ask.tell('info', 'It is live.', 'Undo…');
    registry = 'https://prompts.example.com';
    assert.equal(await answering, undefined);
    assert.match(told.at(-1) ?? '', /^Nothing was done/);
  });
});
