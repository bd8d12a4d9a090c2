/** The sentences of a change: how much differs, and what it breaks for applications. */
import type { InputChange } from '../../core/inputs/compare-inputs.ts';
import { parseVersionReference } from '../../core/version.ts';
import { counted, listed } from '../wording/age.ts';
import type { PromptChange } from './change.ts';

/** The maximum number of names; beyond that, only the number is shown. */
const MOST_NAMED = 5;

/** The number of sources that differ: the prompt's own and each partial. */
export function sourcesIn({ source, partials }: Pick<PromptChange, 'source' | 'partials'>): number {
  return (source ? 1 : 0) + partials.length;
}

/** `3 changes: the prompt, _header @2 → @3 and _rules (new)`; undefined if no partial differs. */
export function changesInWords(change: Pick<PromptChange, 'source' | 'partials'>): string | undefined {
  const { source, partials } = change;
  if (partials.length === 0) return undefined;
  const names = [...(source ? ['the prompt'] : []), ...partials.map(partialInWords)];
  const told =
    names.length > MOST_NAMED ? [...names.slice(0, MOST_NAMED), `${names.length - MOST_NAMED} more`] : names;
  return `${counted(sourcesIn(change), 'change')}: ${listed(told)}.`;
}

function partialInWords({ from, to }: PromptChange['partials'][number]): string {
  const { prompt = '', version = 0 } = to === undefined ? {} : parseVersionReference(to.id);
  if (from === undefined) return `${prompt}@${version} (new)`;
  const old = parseVersionReference(from.id);
  return to === undefined ? `${from.id} (removed)` : `${prompt} @${old.version} → @${version}`;
}

/** Breaking changes for applications as one paragraph; undefined if there are none. */
export function breakingInWords({ inputs }: Pick<PromptChange, 'inputs'>): string | undefined {
  const breaking = inputs.filter(change => change.breaking);
  if (breaking.length === 0) return undefined;
  const told = breaking.slice(0, MOST_NAMED).map(inputInWords);
  const more = breaking.length - told.length;
  const rest = more === 0 ? [] : [`${counted(more, 'more input')} changed as well.`];
  return `Breaking for applications: ${[...told, ...rest].join(' ')}`;
}

function inputInWords({ name, change, declared, from, to }: InputChange): string {
  const input = `The input "${name}"`;
  switch (change) {
    case 'added':
      return declared
        ? `${input} is new and required.`
        : `${input} is new; where it is not sent, the text has a gap.`;
    case 'removed':
      return `${input} is dropped, and what is sent for it is ignored.`;
    case 'required':
      return `${input} is required now.`;
    case 'type':
      return from === to
        ? `${input} has other properties.`
        : `${input} changes its type from ${from} to ${to}.`;
  }
}
