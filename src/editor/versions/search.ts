/**
 * Search Versions…: finds the versions that added or removed a text in the registry; while that is unreachable, the
 * cached versions that contain it.
 */
import * as vscode from 'vscode';
import { RegistryUnreachable } from '../../client/unreachable.ts';
import type { SearchHit } from '../../contract/search.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { MAX_SEARCH_TEXT, placeIn } from '../../core/search-text.ts';
import { type VersionNumber, versionReference } from '../../core/version.ts';
import { isBlank, oneLine } from '../../core/visible-text.ts';
import type { Option } from '../asking/ask.ts';
import { draftName } from '../asking/draft-name.ts';
import { compareTitle, shortName } from '../compare/titles.ts';
import { ageOf, counted } from '../wording/age.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { versionUri } from './open-version.ts';
import { areReadable } from './readable.ts';
import { excerptOf, searchKept } from './search-kept.ts';

const TITLE = 'Search Versions';
/** The maximum number of versions to list. */
const MAX_HITS = 200;
/** The time limit for the pages of one search, in ms. */
const PATIENCE = 10_000;

/** @param given the text to search for; undefined to ask the person */
export async function search(
  workbench: Workbench,
  given: string | undefined,
  prompt: PromptName | undefined,
): Promise<void> {
  const { ask, session } = workbench;
  if (session.registry === undefined) {
    await ask.tell('info', 'Connect to a registry first to search its versions.');
    return;
  }
  const isConnected = session.state.kind === 'connected';
  const isGiven = given !== undefined && validateSearchText(given) === undefined;
  const text = isGiven ? given : await askForText(workbench, prompt, isConnected);
  if (text === undefined) return;
  const found = isConnected ? await searchRegistry(workbench, text, prompt) : undefined;
  if (found === undefined) await searchKept(workbench, TITLE, text, prompt);
  else await offer(workbench, text, prompt, found);
}

function askForText(
  { ask, session }: Workbench,
  prompt: PromptName | undefined,
  isConnected: boolean,
): Promise<string | undefined> {
  const where = prompt === undefined ? 'all prompts' : prompt;
  return ask.text({
    title: prompt === undefined ? TITLE : `${TITLE} of ${prompt}`,
    draft: draftName('search versions', session),
    prompt: isConnected
      ? `Text that a version of ${where} added or removed. Case is ignored.`
      : 'Text in the versions on this machine, because the registry is not connected. Case is ignored.',
    placeholder: 'fee for urgent transfers',
    isFollowed: true,
    validate: validateSearchText,
  });
}

function validateSearchText(text: string): string | undefined {
  if (isBlank(text)) return 'Enter a text to search for.';
  return text.length > MAX_SEARCH_TEXT ? `Enter at most ${MAX_SEARCH_TEXT} characters.` : undefined;
}

interface Found {
  readonly hits: readonly SearchHit[];
  readonly isWhole: boolean;
}

/** Undefined if the registry is unreachable, or too old to search. */
async function searchRegistry(
  { session, log }: Workbench,
  text: string,
  prompt: PromptName | undefined,
): Promise<Found | undefined> {
  try {
    return await inProgress('Searching versions', async signal => {
      const client = await session.clientFor({ kind: 'read' });
      const end = performance.now() + PATIENCE;
      const hits: SearchHit[] = [];
      let cursor: string | undefined;
      do {
        const page = await client.search({ text, prompt, cursor, limit: 100 }, signal);
        hits.push(...page.data);
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined && hits.length < MAX_HITS && performance.now() < end);
      return { hits, isWhole: cursor === undefined };
    });
  } catch (error) {
    const isUnable = RegistryUnreachable.is(error) || Problem.is(error, 'route_not_found');
    if (!isUnable) throw error;
    log.info('The registry did not search its versions, so the versions on this machine were searched.');
    return undefined;
  }
}

async function offer(
  workbench: Workbench,
  text: string,
  prompt: PromptName | undefined,
  { hits, isWhole }: Found,
): Promise<void> {
  const { ask } = workbench;
  const where = prompt === undefined ? 'any prompt' : prompt;
  if (hits.length === 0) {
    await ask.tell(
      'info',
      `No version of ${where} that your key may read added or removed “${oneLine(text)}”.`,
    );
    return;
  }
  const versions = isWhole
    ? counted(hits.length, 'version')
    : `The newest ${counted(hits.length, 'version')} that`;
  const hit = await ask.pick({
    title: `${TITLE}${prompt === undefined ? '' : ` of ${prompt}`}: ${oneLine(text)}`,
    placeholder: `${versions} added or removed it. Select one to see the change`,
    options: hits.map(each => option(each, text)),
  });
  if (hit !== undefined) await showHit(workbench, hit, text);
}

function option(hit: SearchHit, text: string): Option<SearchHit> {
  const { version, before, after } = hit;
  const column = placeIn(hit.text, text)?.column ?? 0;
  return {
    label: versionReference(version.prompt, version.version),
    description: [
      changeOf(hit),
      `${before} → ${after}`,
      version.author,
      ageOf(version.publishedAt, Date.now()),
    ].join(' · '),
    detail: [excerptOf(hit.text, column), oneLine(version.message.split('\n', 1)[0] ?? '')]
      .filter(part => part !== '')
      .join(' · '),
    icon: hit.change === 'added' ? 'diff-added' : 'diff-removed',
    value: hit,
  };
}

function changeOf({ change, before, after }: SearchHit): string {
  if (before === 0) return 'introduced it';
  if (after === 0) return 'removed it';
  return change === 'added' ? 'added more of it' : 'removed some of it';
}

/** The versions side by side, with the text selected on the side that has it. */
async function showHit(workbench: Workbench, hit: SearchHit, text: string): Promise<void> {
  const { session, prompts } = workbench;
  const { prompt, version } = hit.version;
  const right = versionUri(session.registry, { prompt, version });
  const previous = (version - 1) as VersionNumber;
  if (version === 1 || !(await areReadable(workbench, [{ prompt, version: previous }]))) {
    await vscode.window.showTextDocument(right, {
      preview: true,
      selection: await placeOf(right, hit.line, text),
    });
    return;
  }
  const left = versionUri(session.registry, { prompt, version: previous });
  const name = shortName(prompt, prompts.listed.keys());
  const title = compareTitle(name, { kind: 'version', version: previous }, { kind: 'version', version });
  const [old, now] = [left, right];
  const selection = await placeOf(hit.change === 'added' ? now : old, hit.line, text);
  await vscode.commands.executeCommand('vscode.diff', old, now, title, {
    preview: true,
    ...(hit.change === 'added' && { selection }),
  });
  if (hit.change === 'added') return;
  const editor = vscode.window.visibleTextEditors.find(
    ({ document }) => document.uri.toString() === old.toString(),
  );
  if (editor === undefined) return;
  editor.selection = new vscode.Selection(selection.start, selection.end);
  editor.revealRange(selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

/** @param number from 1 */
async function placeOf(uri: vscode.Uri, number: number, text: string): Promise<vscode.Range> {
  const document = await vscode.workspace.openTextDocument(uri);
  const line = Math.min(number, document.lineCount) - 1;
  const { column = 0, length = 0 } = placeIn(document.lineAt(line).text, text) ?? {};
  return new vscode.Range(line, column, line, column + length);
}
