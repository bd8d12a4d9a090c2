/** Which version an answer delivers, as its headers say. */
import { HEADER } from '../../src/contract/headers.ts';

/** 0 where none is delivered. @throws Error for a version that is none: it could not be compared with another one */
export function deliveredVersion({ headers }: Response): number {
  const said = headers.get(HEADER.version);
  if (said === null) return 0;
  const [, version] = /^(?:.*@)?(\d+)$/.exec(said) ?? [];
  if (version === undefined) throw new Error(`${HEADER.version}: ${said}`);
  return Number(version);
}
