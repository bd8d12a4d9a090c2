/** Checkpoints over HTTP. */
import { Problem } from '../../../core/problem.ts';
import { signCheckpoint } from '../../checkpoints/checkpoint.ts';
import { jsonAnswer } from '../answer.ts';
import type { Handler } from '../call.ts';

export const handleCheckpoint: Handler<'checkpoint'> = async ({ store, identity }) => {
  if (identity === null)
    throw new Problem(
      'checkpoint_not_served',
      'This registry has no key to sign with, as the embedded one has none. Start it with "promptforge serve".',
    );
  return jsonAnswer(200, await store.read(snapshot => signCheckpoint(snapshot, store.now, identity)));
};
