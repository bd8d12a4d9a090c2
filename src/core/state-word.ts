/** The states of promotions and changes of owners in text for people: one is spelled differently in the API. */

/** `canceled` for the API's `cancelled`; all others unchanged. */
export function stateWord(state: string): string {
  return state === 'cancelled' ? 'canceled' : state;
}
