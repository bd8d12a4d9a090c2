/** The states of promotions and of changes of owners in text for people: the API's spelling of one differs. */

/** `canceled` for the API's `cancelled`; all others are words already. */
export function stateWord(state: string): string {
  return state === 'cancelled' ? 'canceled' : state;
}
