/**
 * How many bytes of long answers wait for readers who have not taken them yet: of each key and in total. Deliveries are
 * not counted, as all who wait for one share its bytes, nor answers in pieces, which wait where they come from.
 */
import type { ServerResponse } from 'node:http';
import { Problem } from '../../core/problem.ts';
import { type HttpResponse, isInPieces, problemAnswer } from '../http/http-response.ts';

export interface AnswerLimits {
  /** In bytes. One answer alone may have more. */
  readonly perKey: number;
  readonly total: number;
}

const MIB = 1024 * 1024;
export const ANSWER_LIMITS: AnswerLimits = { perKey: 32 * MIB, total: 96 * MIB };
/** A shorter answer fits what the system keeps for a connection. In bytes. */
const LONG = 64 * 1024;
/** Seconds until a reader is likely to have taken something. */
const RETRY_AFTER = 1;

export interface AnswerBudget {
  /**
   * The answer, held until its connection or its reader is done with it; or one that refuses it, where too much is held
   * and nothing was changed.
   * @param changes whether what was asked for is done already, so that it must be told
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
      // It is closed after each answer, and at once where nobody is there any more.
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
