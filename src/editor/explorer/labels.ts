/** The texts of the explorer's items: label, description, tooltip (Markdown) and accessibility label. */
import type { Pointer, PromptSummary, VersionSummary } from '../../contract/prompts.ts';
import { STABLE } from '../../core/channel.ts';
import { isPartial, lastSegment } from '../../core/name.ts';
import { oneLine } from '../../core/visible-text.ts';
import { knownAs } from '../compare/titles.ts';
import type { LifeWords } from '../lives/lives.ts';
import { ageOf, counted, instantOf, listed } from '../wording/age.ts';
import { escapeMarkdown } from '../wording/markdown.ts';
import { originMarkdown } from '../wording/origin.ts';
import type { ListedPrompt } from './listed-prompt.ts';
import { OLDER_PARTIALS, wordsOf } from './state-words.ts';

export interface ItemWords {
  readonly label: string;
  readonly description: string;
  /** Markdown; created on demand, because there may be thousands of items. */
  readonly tooltip: () => string;
  readonly spoken: string;
}

export function folderWords(path: string, prompts: number): ItemWords {
  const label = path.slice(path.lastIndexOf('/') + 1);
  return {
    label,
    description: String(prompts),
    tooltip: () => `**${escapeMarkdown(path)}** · ${counted(prompts, 'prompt')}`,
    spoken: `Folder ${label}, ${counted(prompts, 'prompt')}`,
  };
}

/** The last environment in promotion order, whose version the tree shows for a collapsed prompt. */
export function lastEnvironment(environments: readonly { readonly name: string }[]): string {
  return environments.at(-1)?.name ?? 'production';
}

/** `triage` with `@5 · production @4 · modified`. `environment` is the one whose stable version is shown. */
export function promptWords(prompt: ListedPrompt, environment: string, now: number): ItemWords {
  const { name, summary } = prompt;
  const label = lastSegment(name);
  const state = wordsOf(prompt);
  const newest = summary === undefined ? undefined : `@${summary.newest.version}`;
  const outdated = summary?.outdatedPartials ?? [];
  const kind = isPartial(name) ? 'Partial' : 'Prompt';
  const notes = [
    ...(state === undefined ? [] : [state.word]),
    ...(outdated.length === 0 ? [] : [OLDER_PARTIALS]),
  ];
  const live = summary?.pointers.find(each => each.environment === environment && each.channel === STABLE);
  return {
    label,
    description: [
      ...(newest === undefined ? [] : [newest]),
      ...(live === undefined ? [] : [`${environment} @${live.version}`]),
      ...notes,
    ].join(' · '),
    tooltip: () => promptTooltip(prompt, environment, now),
    spoken: [
      `${kind} ${label}`,
      newest === undefined ? 'not published' : `version ${newest.slice(1)}`,
      ...notes,
      ...(live === undefined ? [] : [`version ${live.version} is live in ${environment}`]),
    ].join(', '),
  };
}

function promptTooltip(prompt: ListedPrompt, environment: string, now: number): string {
  const { name, summary, state, base } = prompt;
  const lines = [`**${escapeMarkdown(name)}**`];
  const words = wordsOf(prompt);
  if (words !== undefined) lines.push(escapeMarkdown(words.meaning));
  if (summary !== undefined) {
    const { newest, pointers } = summary;
    lines.push(
      `Newest: @${newest.version} by ${escapeMarkdown(newest.author)}, ${ageOf(newest.publishedAt, now)}${newest.message === '' ? '' : `: ${escapeMarkdown(newest.message)}`}`,
    );
    if (base !== undefined && base !== newest.version) lines.push(`Your file is based on @${base}.`);
    for (const pointer of pointers)
      lines.push(
        `${escapeMarkdown(pointer.channel)} in ${escapeMarkdown(pointer.environment)}: @${pointer.version}`,
      );
    // A partial goes live within the prompts that include it.
    if (!isPartial(name) && pointers.every(each => each.environment !== environment))
      lines.push(`Not in ${escapeMarkdown(environment)}.`);
    for (const { prompt, used, newest: found } of summary.outdatedPartials)
      lines.push(
        `Uses ${escapeMarkdown(prompt)}@${used}; @${found} is newer. Publish again or run Update Partials… to use it.`,
      );
  } else if (state === 'new') lines.push('Publish it to make version 1.');
  return lines.join('\n\n');
}

/** `production · stable` → `@12 · 2 hours ago · mara.lindqvist`. */
export function pointerWords(pointer: Pointer, prompt: PromptSummary, now: number): ItemWords {
  const { channel, environment, version, promotedAt, promotedBy } = pointer;
  const age = ageOf(promotedAt, now);
  const behind = prompt.newest.version === version ? '' : `; @${prompt.newest.version} is the newest version`;
  return {
    label: `${environment} · ${channel}`,
    description: `@${version} · ${age} · ${promotedBy}`,
    tooltip: () =>
      [
        `**${escapeMarkdown(prompt.name)}@${version}** is ${escapeMarkdown(channel)} in ${escapeMarkdown(environment)}${behind}.`,
        `Since ${escapeMarkdown(instantOf(promotedAt))}, by ${escapeMarkdown(promotedBy)}.`,
      ].join('\n\n'),
    spoken: `${channel} in ${environment}: version ${version}, ${age}, by ${promotedBy}`,
  };
}

export function versionWords(
  version: VersionSummary,
  prompt: PromptSummary | undefined,
  life: LifeWords,
  now: number,
): ItemWords {
  const age = ageOf(version.publishedAt, now);
  const message = version.message === '' ? 'no message' : firstLine(version.message);
  const known = prompt === undefined ? undefined : knownAs(version.version, prompt);
  const partials = Object.values(version.partials).map(partial => `${partial.prompt}@${partial.version}`);
  const notes = [life.mark, life.brief].filter(note => note !== undefined).map(firstLine);
  return {
    label: `@${version.version}`,
    description: [...notes, message, version.author, age].join(' · '),
    tooltip: () =>
      [
        `**${escapeMarkdown(version.prompt)}@${version.version}**${known === undefined ? '' : ` · ${escapeMarkdown(known)}`}`,
        ...(version.message === '' ? [] : [escapeMarkdown(version.message)]),
        `By ${escapeMarkdown(version.author)} on ${escapeMarkdown(instantOf(version.publishedAt))}`,
        ...originMarkdown(version.origin),
        `${version.bytes.toLocaleString('en')} bytes${version.base === null ? '' : ` · based on @${version.base}`}`,
        ...life.lines,
        ...(partials.length === 0 ? [] : [`With ${escapeMarkdown(listed(partials))}`]),
        `\`${version.digest}\``,
      ].join('\n\n'),
    spoken: `Version ${[version.version, ...(known === undefined ? [] : [known]), ...notes].join(', ')}: ${message}, by ${version.author}, ${age}`,
  };
}

/** The first line of a message, cut at 80 characters: the tooltip has the whole. */
const LINE_BREAK = /[\n\v\f\r\u0085\u2028\u2029]/;

export function firstLine(message: string): string {
  const line = oneLine(message.split(LINE_BREAK, 1)[0] ?? '');
  return line.length > 80 ? `${line.slice(0, 79).toWellFormed()}…` : line;
}
