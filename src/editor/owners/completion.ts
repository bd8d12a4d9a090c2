/** Completion in a text of owners: folders and prompts for patterns, then people who can approve. */
import * as vscode from 'vscode';
import type { EnvironmentName } from '../../core/environment.ts';
import { roleIncludes } from '../../core/role.ts';
import { logged } from '../problems/explain.ts';
import type { Workbench } from '../workbench.ts';
import { OWNERS_DRAFT_SCHEME, parseOwnersDraftUri } from './uri.ts';

/** The time for which the list of people is cached, in milliseconds. */
const FRESH_MS = 60_000;
/** Pages of keys, of 500 each. */
const MAX_PAGES = 4;
const MAX_PATTERNS = 500;

export function registerOwnersCompletion(workbench: Workbench): vscode.Disposable {
  const known = new Map<string, { readonly at: number; readonly people: Promise<readonly string[]> }>();
  const peopleOf = (environment: EnvironmentName): Promise<readonly string[]> => {
    const id = `${environment} ${workbench.session.place}`;
    const before = known.get(id);
    if (before !== undefined && Date.now() - before.at < FRESH_MS) return before.people;
    const people = approversOf(workbench, environment).catch((error: unknown) => {
      workbench.log.info(`Listing who can approve in ${environment}: ${logged(error)}`);
      return [];
    });
    known.set(id, { at: Date.now(), people });
    return people;
  };
  return vscode.languages.registerCompletionItemProvider(
    { scheme: OWNERS_DRAFT_SCHEME },
    {
      async provideCompletionItems(document, position) {
        const before = document.lineAt(position).text.slice(0, position.character);
        if (before.includes('#')) return [];
        const word = /\S*$/.exec(before)?.[0] ?? '';
        const range = new vscode.Range(position.translate(0, -word.length), position);
        if (before.trimStart() === word)
          return patternsOf(workbench.prompts.listed.keys()).map(pattern =>
            item(pattern, range, vscode.CompletionItemKind.Folder),
          );
        const environment = parseOwnersDraftUri(document.uri)?.environment;
        if (environment === undefined) return [];
        return (await peopleOf(environment)).map(person =>
          item(/[\s#"]/.test(person) ? `@"${person}"` : `@${person}`, range, vscode.CompletionItemKind.User),
        );
      },
    },
    '@',
    '/',
  );
}

function item(text: string, range: vscode.Range, kind: vscode.CompletionItemKind): vscode.CompletionItem {
  const made = new vscode.CompletionItem(text, kind);
  made.range = range;
  return made;
}

/** `*`, then each folder as `support/**`, parent folders first. */
function patternsOf(names: Iterable<string>): string[] {
  const folders = new Set<string>();
  for (const name of names) {
    const segments = name.split('/').slice(0, -1);
    for (let depth = 1; depth <= segments.length; depth++)
      folders.add(`${segments.slice(0, depth).join('/')}/**`);
  }
  return ['*', ...[...folders].sort()].slice(0, MAX_PATTERNS);
}

/** People with a valid key of the environment that can approve. Needs an admin's key of it. */
async function approversOf({ session }: Workbench, environment: EnvironmentName): Promise<readonly string[]> {
  const client = await session.clientFor({ kind: 'change-owners', environment });
  const people = new Set<string>();
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { data, nextCursor } = await client.listKeys({
      limit: 500,
      ...(cursor !== undefined && { cursor }),
    });
    for (const { actor, role, revokedAt, expiresAt } of data)
      if (
        roleIncludes(role, 'approver') &&
        revokedAt === null &&
        (expiresAt === null || Date.parse(expiresAt) > Date.now())
      )
        people.add(actor);
    if (nextCursor === null) break;
    cursor = nextCursor;
  }
  return [...people].sort();
}
