/** Checkpoints over HTTP. */
import { signCheckpoint } from '../../proof/checkpoint.ts';
import { jsonAnswer } from '../answer.ts';
import type { Handler } from '../call.ts';

export const handleCheckpoint: Handler<'checkpoint'> = async ({ store, identity }) =>
  jsonAnswer(200, await store.read(snapshot => signCheckpoint(snapshot, store.now, identity)));
