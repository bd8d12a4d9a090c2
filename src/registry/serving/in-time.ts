/** An answer within its time: whatever holds up the real one, the caller is told. */
import { Problem } from '../../core/problem.ts';
import { type Answer, problemAnswer } from '../http/answer.ts';

/** @param timeout in ms */
export async function inTime(answer: Promise<Answer>, timeout: number): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>();
  const timer = setTimeout(() => resolve(tooLate(timeout)), timeout);
  try {
    return await Promise.race([answer, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLate(timeout: number): Answer {
  return problemAnswer(
    new Problem(
      'unavailable',
      `The registry did not answer within ${timeout / 1000} s. The request may have been carried out: check, or send it again with the same Idempotency-Key.`,
    ),
  );
}
