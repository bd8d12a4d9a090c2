/** Code lenses above a text of owners: its author and time, the pending change, and the available actions. */
import * as vscode from 'vscode';
import { changeWaitsFor } from '../../core/owners-words.ts';
import { oneLine } from '../../core/visible-text.ts';
import { firstLine } from '../explorer/labels.ts';
import { ageOf, instantOf } from '../wording/age.ts';
import type { OwnersDocument, OwnersDocuments } from './documents.ts';
import { OWNERS_DRAFT_SCHEME, OWNERS_SCHEME, parseOwnersDraftUri } from './uri.ts';
import { whoHolds } from './words.ts';

export class OwnersLenses implements vscode.CodeLensProvider {
  readonly #documents: OwnersDocuments;
  readonly onDidChangeCodeLenses: vscode.Event<void>;

  constructor(documents: OwnersDocuments) {
    this.#documents = documents;
    this.onDidChangeCodeLenses = documents.onDidChange;
  }

  async provideCodeLenses({ uri }: vscode.TextDocument): Promise<vscode.CodeLens[]> {
    const draft = parseOwnersDraftUri(uri);
    if (draft !== undefined)
      return [
        lens(`Request Owners Change in ${draft.environment}…`, 'requestOwnersChange', uri),
        lens('Compare with Now', 'compareOwnersDraft', uri),
        lens('Discard Draft', 'discardOwnersDraft', uri),
      ];
    const found = await this.#documents.find(uri).catch(() => undefined); // the error was reported when it was opened
    return found === undefined ? [] : lensesOf(found);
  }
}

function lensesOf({ address, owners, change }: OwnersDocument): vscode.CodeLens[] {
  const { environment } = address;
  const now = Date.now();
  if (owners !== undefined) {
    const { current, waiting } = owners;
    return [
      ...(waiting === null
        ? [lens('Change Owners…', 'changeOwners', environment)]
        : [
            lens('Review Owners Change', 'reviewOwnersChange', environment),
            lens(`A change by ${waiting.requestedBy} waits for ${changeWaitsFor(waiting)}`),
          ]),
      lens(whoHolds(owners, now)),
      ...(current === null
        ? []
        : [lens(instantOf(current.appliedAt ?? current.requestedAt)), lens(firstLine(current.reason))]),
    ];
  }
  if (change === undefined) return [lens('No prompt has owners')];
  return [
    lens(`Change ${address.change ?? ''} by ${change.requestedBy}, ${ageOf(change.requestedAt, now)}`),
    lens(firstLine(change.reason)),
  ];
}

/** @param command without the `promptforge.` prefix; empty for plain text */
function lens(title: string, command = '', ...args: unknown[]): vscode.CodeLens {
  return new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), {
    title: oneLine(title),
    command: command === '' ? '' : `promptforge.${command}`,
    arguments: args,
  });
}

export function registerOwnersLenses(documents: OwnersDocuments): vscode.Disposable {
  return vscode.languages.registerCodeLensProvider(
    [{ scheme: OWNERS_SCHEME }, { scheme: OWNERS_DRAFT_SCHEME }],
    new OwnersLenses(documents),
  );
}
