/** Search Versions… while the registry is unreachable: searches the versions cached on this machine. */
import * as vscode from 'vscode';
import type { Hit, LocalSearchResult } from '../../client/search-versions.ts';
import type { PromptName } from '../../core/name.ts';
import { versionReference } from '../../core/version.ts';
import { oneLine } from '../../core/visible-text.ts';
import type { Option } from '../asking/ask.ts';
import { ageOf, counted } from '../wording/age.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { versionUri } from './open-version.ts';

/** Characters of a hit's line to show, before the hit and in total. */
const BEFORE = 40;
const SHOWN = 160;

/** Lists the hits, and opens the selected one. */
export async function searchKept(
  { ask, session }: Workbench,
  title: string,
  text: string,
  prompt: PromptName | undefined,
): Promise<void> {
  const { registry } = session;
  if (registry === undefined) return;
  const found = await inProgress('Searching versions', async signal => {
    const [{ searchVersions }, cache] = await Promise.all([
      import('../../client/search-versions.ts'),
      session.cache(),
    ]);
    return searchVersions(cache, session.cacheUrl(registry), text, signal, undefined, prompt);
  });
  const { hits } = found;
  if (hits.length === 0) {
    await ask.tell('info', `“${oneLine(text)}” is in none of ${extent(found, prompt)}.`);
    return;
  }
  const hit = await ask.pick({
    title: `${title}: ${oneLine(text)}`,
    placeholder: `On this machine: ${counted(hits.length, 'version')} of ${extent(found, prompt)} ${hits.length === 1 ? 'has' : 'have'} it. Select one to open it at the match`,
    options: hits.map(option),
  });
  if (hit === undefined) return;
  const { line, column, length } = hit.first;
  await vscode.window.showTextDocument(versionUri(registry, hit.version), {
    preview: true,
    selection: new vscode.Range(line, column, line, column + length),
  });
}

/** Versions that were searched, as the end of a sentence. */
function extent({ searched, kept }: LocalSearchResult, prompt: PromptName | undefined): string {
  const of = prompt === undefined ? '' : ` of ${prompt}`;
  const all = `${counted(kept, 'version')}${of} on this machine`;
  return searched < kept ? `the newest ${searched} of ${all}` : `the ${all}`;
}

function option(hit: Hit): Option<Hit> {
  const { version, first, count, isAdded, removedIn } = hit;
  return {
    label: versionReference(version.prompt, version.version),
    description: [
      `line ${first.line + 1}`,
      ...(count > 1 ? [counted(count, 'place')] : []),
      ...(isAdded ? ['added here'] : []),
      ...(removedIn === undefined ? [] : [`removed in @${removedIn}`]),
      version.author,
      ageOf(version.publishedAt, Date.now()),
    ].join(' · '),
    detail: excerptOf(first.text, first.column),
    value: hit,
  };
}

/** The part of a line around a column, without control or invisible characters. */
export function excerptOf(line: string, column: number): string {
  const from = Math.max(0, column - BEFORE);
  const part = oneLine(line.slice(from, from + SHOWN)).trim();
  return `${from > 0 ? '…' : ''}${part}${from + SHOWN < line.length ? '…' : ''}`;
}
