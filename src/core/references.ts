/** Version references in text of any kind, such as the lines of a log. */
import { isPromptName, MAX_NAME_LENGTH, type PromptName } from './name.ts';
import { isVersionNumber, type VersionNumber } from './version.ts';

export interface FoundReference {
  readonly prompt: PromptName;
  readonly version: VersionNumber;
  /** Of its first character, in UTF-16 code units. */
  readonly offset: number;
}

const OF_A_NAME = /[A-Za-z0-9._/-]/;
/** A version's digits. `lodash@4.17.21` and `mara@12th.example` are no references. */
const VERSION = /([1-9][0-9]{0,14})(?![A-Za-z0-9_-]|\.[A-Za-z0-9])/y;

/** In the order of the text; takes time in proportion to its length. */
export function* referencesIn(text: string): Generator<FoundReference> {
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    VERSION.lastIndex = at + 1;
    const version = Number(VERSION.exec(text)?.[1]);
    if (!isVersionNumber(version)) continue;
    let start = at;
    while (start > 0 && at - start <= MAX_NAME_LENGTH && OF_A_NAME.test(text[start - 1] as string))
      start -= 1;
    // A URL's host is no part of a name, nor is what a path begins with.
    const before = text
      .slice(start, at)
      .replace(/^\/\/[^/]*\//, '')
      .replace(/^[./-]+/, '');
    if (isPromptName(before)) yield { prompt: before, version, offset: at - before.length };
  }
}
