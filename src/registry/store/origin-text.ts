/** An origin as the table of versions has it. */
import { canonicalJson } from '../../core/canonical.ts';
import type { Origin } from '../../core/origin.ts';

/** Null where none was stated. */
export function originText(origin: Origin | undefined): string | null {
  return origin === undefined ? null : canonicalJson(origin);
}
