/** Converts a version's origin to the text in the table of versions. */
import { canonicalJson } from '../../core/canonical.ts';
import type { VersionOrigin } from '../../core/origin.ts';

/** Null if there is none. */
export function originText(origin: VersionOrigin | undefined): string | null {
  return origin === undefined ? null : canonicalJson(origin);
}
