/** From a name to where it is declared, and to all places where it is written. */
import * as vscode from 'vscode';
import type { PlacedLocation } from '../../language-worker/queries.ts';
import { rangeOf, type WorkerRequest } from './answers.ts';
import { PROMPTS, SAMPLES } from './selectors.ts';

export function registerNavigation(ask: WorkerRequest): vscode.Disposable {
  const definitions: vscode.DefinitionProvider = {
    async provideDefinition(document, position, token) {
      const found = await ask('definition', document, { offset: document.offsetAt(position) }, token);
      return found?.map(locationOf);
    },
  };
  const references: vscode.ReferenceProvider = {
    async provideReferences(document, position, { includeDeclaration }, token) {
      const params = { offset: document.offsetAt(position), includeDeclaration };
      return (await ask('references', document, params, token))?.map(locationOf);
    },
  };
  const selectors = [PROMPTS, SAMPLES];
  return vscode.Disposable.from(
    ...selectors.map(selector => vscode.languages.registerDefinitionProvider(selector, definitions)),
    ...selectors.map(selector => vscode.languages.registerReferenceProvider(selector, references)),
  );
}

function locationOf({ uri, range }: PlacedLocation): vscode.Location {
  return new vscode.Location(vscode.Uri.parse(uri, true), rangeOf(range));
}
