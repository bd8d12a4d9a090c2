/** Sentence history: hovers, annotations and the steps back. Loaded on first use. */
import * as vscode from 'vscode';
import { registerCommand } from '../commands.ts';
import { isFile } from '../files/paths.ts';
import { PROMPTS } from '../language/selectors.ts';
import { SCHEME } from '../versions/uri.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';

export interface SentenceHistoryFeature extends vscode.Disposable {
  /** The annotations beside the sentences of a document; undefined while it has none. */
  annotationsOf(document: vscode.TextDocument): Promise<readonly vscode.DecorationOptions[] | undefined>;
}

export function registerSentenceHistory(workbench: Workbench): SentenceHistoryFeature {
  const { report } = workbench;
  let loaded: Promise<Parts> | undefined;
  let isOver = false;
  const parts = () => {
    loaded ??= load(workbench).then(found => {
      if (isOver) found.dispose();
      return found;
    });
    return loaded;
  };
  const registered = vscode.Disposable.from(
    vscode.languages.registerHoverProvider(PROMPTS, {
      async provideHover(document, position, token) {
        const isOn = vscode.workspace.getConfiguration('promptforge').get('sentenceHistory.hover', true);
        if (
          !isOn ||
          !(isFile(document.uri) || document.uri.scheme === SCHEME) ||
          workbench.session.project === undefined
        )
          return undefined;
        const { hover } = await parts();
        return hover(document, position, token);
      },
    }),
    registerCommand('toggleSentenceHistory', 'Showing the sentence history', report, async argument => {
      const place = await placeOf(argument);
      if (place === undefined) return;
      const { toggle } = await parts();
      await inProgress('Reading the sentence history', signal => toggle(place.document, signal));
    }),
    registerCommand('previousSentenceChange', 'Comparing', report, async argument => {
      const place = await placeOf(argument);
      if (place === undefined) return;
      const { step } = await parts();
      await inProgress('Reading the sentence history', signal => step(place.document, place.offset, signal));
    }),
    new vscode.Disposable(() => {
      isOver = true;
      void loaded?.then(found => found.dispose());
    }),
  );
  return {
    annotationsOf: async document => (await parts()).annotationsOf(document),
    dispose: () => registered.dispose(),
  };
}

type Parts = Awaited<ReturnType<typeof load>>;

async function load(workbench: Workbench) {
  const [{ SentenceHistories }, { Annotations }, { sentenceHover }, { showPreviousChange }] =
    await Promise.all([
      import('./sentence-histories.ts'),
      import('./annotations.ts'),
      import('./hover.ts'),
      import('./previous-change.ts'),
    ]);
  const histories = new SentenceHistories(workbench.session);
  const annotations = new Annotations(workbench, histories);
  return {
    hover: (document: vscode.TextDocument, position: vscode.Position, token: vscode.CancellationToken) =>
      sentenceHover(workbench, histories, document, position, token),
    toggle: (document: vscode.TextDocument, signal: AbortSignal) => annotations.toggle(document, signal),
    step: (document: vscode.TextDocument, offset: number, signal: AbortSignal) =>
      showPreviousChange(workbench, histories, document, offset, signal),
    annotationsOf: (document: vscode.TextDocument) => annotations.shownIn(document),
    dispose: () => {
      annotations.dispose();
      histories.dispose();
    },
  };
}

/** The target passed by a hover link or editor menu, or the active editor. */
async function placeOf(argument: unknown) {
  if (isPlace(argument)) {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(argument.uri, true));
    return { document, offset: argument.offset };
  }
  const editor = vscode.window.activeTextEditor;
  if (editor === undefined) return undefined;
  return { document: editor.document, offset: editor.document.offsetAt(editor.selection.active) };
}

function isPlace(value: unknown): value is { readonly uri: string; readonly offset: number } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'uri' in value &&
    typeof value.uri === 'string' &&
    'offset' in value &&
    typeof value.offset === 'number'
  );
}
