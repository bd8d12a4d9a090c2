/** Finds the place for a suggestion. Pure. */
import { lineMap } from '../../core/line-map.ts';

/** The line of the file that corresponds to a line of the version, with the same text; undefined if it is gone. */
export function suggestedEdit(
  version: readonly string[],
  file: readonly string[],
  line: number,
): number | undefined {
  if (line > version.length) return undefined;
  const mapped = lineMap(version, file).of(line);
  return 'line' in mapped && file[mapped.line - 1] === version[line - 1] ? mapped.line : undefined;
}
