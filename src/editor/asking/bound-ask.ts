/**
 * Binds questions to the project shown when they are asked: once the window shows another one, answers are about a
 * prompt or registry that is gone, and are ignored.
 */
import type { Dialogs } from './ask.ts';

/** `root` is the folder of the shown project; undefined if there is none. */
export interface ShownProject {
  readonly root: string | undefined;
  readonly registry: string | undefined;
}

export function boundAsk(ask: Dialogs, shownNow: () => ShownProject): Dialogs {
  const rootNow = () => shownNow().root;
  /** A message with buttons may stay open for long, and its project may be connected to another registry meanwhile. */
  const rootAndRegistryNow = () => {
    const { root, registry } = shownNow();
    return root === undefined ? undefined : `${root} ${registry}`;
  };
  async function bound<Answer>(
    put: () => Promise<Answer | undefined>,
    now = rootNow,
  ): Promise<Answer | undefined> {
    const before = now();
    const answer = await put();
    if (answer === undefined || before === undefined || now() === before) return answer;
    void ask.tell('info', OTHER_PROJECT);
    return undefined;
  }
  return {
    text: question => bound(() => ask.text({ ...question })),
    sent: draft => ask.sent(draft),
    pick: question => bound(() => ask.pick(question)),
    pickMany: question => bound(() => ask.pickMany(question)),
    confirm: async question => (await bound(async () => (await ask.confirm(question)) || undefined)) ?? false,
    tell: (severity, message, ...buttons) =>
      bound(() => ask.tell(severity, message, ...buttons), rootAndRegistryNow),
  };
}

const OTHER_PROJECT =
  'Nothing was done, because this window switched to another project or registry. Switch back and run the command again.';
