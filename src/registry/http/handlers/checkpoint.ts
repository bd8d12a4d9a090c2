/** Checkpoints over HTTP. */
import { jsonAnswer } from '../answer.ts';
import type { Handler } from '../call.ts';

export const handleCheckpoint: Handler<'checkpoint'> = async ({ signer }) =>
  jsonAnswer(200, await signer.checkpoint());
