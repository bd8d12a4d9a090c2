/** An origin as the table of versions has it. */
import { canonicalJson } from '../../core/canonical.ts';
import type { VersionOrigin } from '../../core/origin.ts';

/** Null where none was stated. */
export function originText(origin: VersionOrigin | undefined): string | null {
  return origin === undefined ? null : canonicalJson(origin);
}
