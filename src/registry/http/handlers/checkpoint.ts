/** Checkpoints over HTTP. */
import { jsonAnswer } from '../http-response.ts';
import type { Handler } from '../route-context.ts';

export const handleCheckpoint: Handler<'checkpoint'> = async ({ signer }) =>
  jsonAnswer(200, await signer.checkpoint());
