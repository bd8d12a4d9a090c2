/**
 * Limits the bytes of long responses that clients have not read yet, per key and in total. Deliveries are not counted,
 * because all their readers share the bytes, nor responses in pieces, which are produced as they are read.
 */
import type { ServerResponse } from 'node:http';
import { Problem } from '../../core/problem.ts';
import { type HttpResponse, isInPieces, problemAnswer } from '../http/http-response.ts';

export interface AnswerLimits {
  /** In bytes. A single response may be larger. */
  readonly perKey: number;
  readonly total: number;
}

const MIB = 1024 * 1024;
export const ANSWER_LIMITS: AnswerLimits = { perKey: 32 * MIB, total: 96 * MIB };
/** In bytes: a shorter response fits the system's buffer for a connection. */
const LONG = 64 * 1024;
/** Seconds until a client is likely to have read something. */
const RETRY_AFTER = 1;

export interface AnswerBudget {
  /**
   * Returns the response, and counts its bytes until it is read or its connection is closed; or returns a refusal if
   * too much is held and nothing was changed.
   * @param changes true if the request was already carried out, so that its response must be sent
   */
  admit(answer: HttpResponse, key: string, changes: boolean, outgoing: ServerResponse): HttpResponse;
}

export function answerBudget({ perKey, total }: AnswerLimits = ANSWER_LIMITS): AnswerBudget {
  const byKey = new Map<string, number>();
  let held = 0;
  const count = (key: string, bytes: number): void => {
    held += bytes;
    const own = (byKey.get(key) ?? 0) + bytes;
    if (own === 0) byKey.delete(key);
    else byKey.set(key, own);
  };
  return {
    admit(answer, key, changes, outgoing) {
      const { body } = answer;
      if (body === null || isInPieces(body)) return answer;
      const bytes = body.length;
      if (bytes <= LONG) return answer;
      const own = byKey.get(key) ?? 0;
      if (!changes && own > 0 && own + bytes > perKey) return problemAnswer(keyHoldsTooMuch());
      if (!changes && held > 0 && held + bytes > total) return problemAnswer(allHoldTooMuch());
      // `close` comes after each response, or came before if the client is gone.
      if (outgoing.destroyed) return answer;
      count(key, bytes);
      outgoing.once('close', () => count(key, -bytes));
      return answer;
    },
  };
}

function keyHoldsTooMuch(): Problem {
  return new Problem(
    'queue_full',
    `This key has not read the long responses sent to it. Read them, or close their connections; then try again in ${RETRY_AFTER} s.`,
    { retryAfter: RETRY_AFTER },
  );
}

function allHoldTooMuch(): Problem {
  return new Problem(
    'unavailable',
    `The registry holds as many unread long responses as it can. Try again in ${RETRY_AFTER} s.`,
    { retryAfter: RETRY_AFTER },
  );
}
