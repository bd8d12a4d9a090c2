/** Describes what a promotion changes. */
import type { SourceWithPartials } from '../../core/changed-sources.ts';
import { flatten } from '../../core/flatten.ts';
import { parseSource, type SourceKind } from '../../core/source.ts';
import { type CountedChange, textChange } from '../../core/text-change.ts';
import { oneLine } from '../../core/visible-text.ts';
import type { PromptChange } from '../compare/change.ts';
import { breakingInWords, changesInWords } from '../compare/change-words.ts';
import { counted } from '../wording/age.ts';
import { capital } from '../wording/capital.ts';

export interface ChangeSummary {
  /** One sentence each. */
  readonly changes: readonly string[];
  /** Breaking changes for applications; undefined if there are none. */
  readonly breaking: string | undefined;
}

/** The number of tokens on each side, rendered with its defaults; undefined if they could not be counted. */
export interface TokenCounts {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** The maximum number of settings to name, and of characters of a value. */
const MAX_SETTINGS = 12;
const MAX_VALUE = 80;

/** @throws Problem `invalid_source` for a side that cannot be read */
export function changeSummary(
  from: SourceWithPartials,
  to: SourceWithPartials,
  kind: SourceKind,
  change: PromptChange,
  tokens: TokenCounts,
): ChangeSummary {
  const texts = [flatten(from), flatten(to)] as const;
  return {
    changes: [
      ...(texts[0] === texts[1] ? ['The text is the same.'] : textSentences(...texts, kind)),
      ...tokenSentence(tokens),
      ...[changesInWords(change)].filter(words => words !== undefined),
      ...settingSentences(from.source, to.source, kind),
    ],
    breaking: breakingInWords(change),
  };
}

function textSentences(from: string, to: string, kind: SourceKind): string[] {
  const change = textChange(from, to, kind);
  if (change === undefined)
    return ['There are too many changes to count here. Open the changes to see them all.'];
  const told = [countedWords(change.sentences, 'sentence'), countedWords(change.words, 'word')].filter(
    words => words !== undefined,
  );
  return told.length === 0 ? ['Only white space differs.'] : told;
}

/** `Sentences: 1 added, 2 changed.`; undefined if none differs. */
function countedWords({ added, removed, changed }: CountedChange, noun: string): string | undefined {
  const parts = [
    ...(added > 0 ? [`${added} added`] : []),
    ...(removed > 0 ? [`${removed} removed`] : []),
    ...(changed > 0 ? [`${changed} changed`] : []),
  ];
  return parts.length === 0 ? undefined : `${capital(noun)}s: ${parts.join(', ')}.`;
}

function tokenSentence({ from, to }: TokenCounts): string[] {
  if (to === undefined || from === undefined) return [];
  if (from === to) return [`Tokens with the default inputs: ${to}, as before.`];
  const difference = to - from;
  const more = difference > 0 ? `${difference} more` : `${-difference} fewer`;
  return [`Tokens with the default inputs: ${to}, ${more} than before.`];
}

/** The model, its configuration and other front matter, except the inputs. */
function settingSentences(from: string, to: string, kind: SourceKind): string[] {
  const before = settingsOf(from, kind);
  const after = settingsOf(to, kind);
  const names = [...new Set([...before.keys(), ...after.keys()])].filter(
    name => before.get(name) !== after.get(name),
  );
  const told = names.slice(0, MAX_SETTINGS).map(name => {
    const [old, now] = [before.get(name), after.get(name)];
    if (old === undefined) return `${name} is set to ${now}.`;
    return now === undefined
      ? `${name} is no longer set (it was ${old}).`
      : `${name} changes from ${old} to ${now}.`;
  });
  const more = names.length - told.length;
  return more > 0 ? [...told, `${counted(more, 'more setting')} changed.`] : told;
}

/** Settings by path (`config.temperature`), each as JSON on one line. Inputs are described elsewhere. */
function settingsOf(source: string, kind: SourceKind): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const [key, value] of Object.entries(parseSource(source, kind).frontMatter)) {
    if (key === 'input') continue;
    const isGroup = key === 'config' && typeof value === 'object' && value !== null && !Array.isArray(value);
    if (isGroup)
      for (const [name, each] of Object.entries(value)) settings.set(oneLine(`${key}.${name}`), shown(each));
    else settings.set(oneLine(key), shown(value));
  }
  return settings;
}

function shown(value: unknown): string {
  const text = oneLine(typeof value === 'string' ? `“${value}”` : (JSON.stringify(value) ?? 'nothing'));
  return text.length > MAX_VALUE ? `${text.slice(0, MAX_VALUE - 1).toWellFormed()}…` : text;
}
