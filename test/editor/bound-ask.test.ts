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

  it('is answered while the window shows that project, or showed none before', async () => {
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

  it('is dropped with a message once the window shows another project', async () => {
    for (const put of all()) {
      [shown, next] = ['/a', '/b'];
      told.length = 0;
      assert.ok(!(await put()));
      assert.match(told.at(-1) ?? '', /^Nothing was done/);
    }
  });

  it("is dropped with a message when its button is pressed after the project's registry changed", async () => {
    [shown, next] = ['/a', '/a'];
    const answering = ask.tell('info', 'It is live.', 'Undo…');
    registry = 'https://prompts.example.com';
    assert.equal(await answering, undefined);
    assert.match(told.at(-1) ?? '', /^Nothing was done/);
  });
});
