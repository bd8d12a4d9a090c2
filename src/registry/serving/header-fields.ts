/** Reads the few headers that delivery needs, without creating an object of all headers. */

export interface DeliveryHeaders {
  readonly authorization: string | undefined;
  readonly accept: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly traceparent: string | undefined;
}

/**
 * @param raw alternating names and values, as received. Repeated lists are joined, as in HTTP; of several credentials
 * the first counts, as in Node
 */
export function headersOf(raw: readonly string[]): DeliveryHeaders {
  let authorization: string | undefined;
  let accept: string | undefined;
  let ifNoneMatch: string | undefined;
  let traceparent: string | undefined;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] ?? '';
    const value = raw[i + 1] ?? '';
    switch (name.length) {
      case 6:
        if (name.toLowerCase() === 'accept') accept = joined(accept, value);
        break;
      case 11:
        if (name.toLowerCase() === 'traceparent') traceparent ??= value;
        break;
      case 13: {
        const lower = name.toLowerCase();
        if (lower === 'authorization') authorization ??= value;
        else if (lower === 'if-none-match') ifNoneMatch = joined(ifNoneMatch, value);
      }
    }
  }
  return { authorization, accept, ifNoneMatch, traceparent };
}

function joined(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before}, ${value}`;
}
