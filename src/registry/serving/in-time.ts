/** Responds within a time limit, whatever delays the real response. */
import { Problem } from '../../core/problem.ts';
import { type HttpResponse, problemAnswer } from '../http/http-response.ts';

/** @param timeout in ms */
export async function inTime(answer: Promise<HttpResponse>, timeout: number): Promise<HttpResponse> {
  const { promise, resolve } = Promise.withResolvers<HttpResponse>();
  const timer = setTimeout(() => resolve(tooLate(timeout)), timeout);
  try {
    return await Promise.race([answer, promise]);
  } finally {
    clearTimeout(timer);
  }
}

function tooLate(timeout: number): HttpResponse {
  return problemAnswer(
    new Problem(
      'unavailable',
      `The registry did not answer within ${timeout / 1000} s. The request may have been carried out: check, or send it again with the same Idempotency-Key.`,
    ),
  );
}
