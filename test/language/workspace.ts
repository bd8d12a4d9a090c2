/** Small workspaces for tests: files by name, as they are in a prompts folder. */
import { type PromptName, parsePromptName } from '../../src/core/name.ts';
import { Library, type LibraryPrompt, type LibrarySamples } from '../../src/language/analysis/library.ts';
import type { WorkspaceChange } from '../../src/language/results/edit.ts';
import { applyEdits } from '../../src/language/results/edit.ts';
import type { Location } from '../../src/language/results/location.ts';

/** Texts by file: `support/_style.prompt`, `triage.samples.yaml`. A file's URI is its path. */
export type Files = Readonly<Record<string, string>>;

export function libraryOf(files: Files): Library {
  const library = new Library();
  for (const [uri, text] of Object.entries(files)) {
    const name = nameOf(uri);
    if (uri.endsWith('.prompt')) library.setPrompt(uri, name, text);
    else library.setSamples(uri, name, text);
  }
  return library;
}

function nameOf(uri: string): PromptName {
  return parsePromptName(uri.replace(/\.(?:prompt|samples\.yaml)$/, ''));
}

export interface Caret {
  readonly files: Files;
  readonly library: Library;
  readonly uri: string;
  readonly offset: number;
  /** Of the caret's file, or beside its samples. */
  readonly prompt: LibraryPrompt;
  /** Where the caret is in samples. */
  readonly samples: LibrarySamples | undefined;
}

/** The workspace whose one caret is written as `¦`. */
export function caretIn(marked: Files): Caret {
  const [uri, text] = Object.entries(marked).find(([, each]) => each.includes('¦')) as [string, string];
  const offset = text.indexOf('¦');
  const files = { ...marked, [uri]: text.replace('¦', '') };
  const library = libraryOf(files);
  const prompt = library.prompt(nameOf(uri)) as LibraryPrompt;
  const samples = uri.endsWith('.yaml') ? library.samples(nameOf(uri)) : undefined;
  return { files, library, uri, offset, prompt, samples };
}

/** The files after a change. */
export function changed(files: Files, { edits, renames = [] }: WorkspaceChange): Files {
  const after: Record<string, string> = {};
  for (const [uri, text] of Object.entries(files)) {
    const to = renames.find(({ from }) => from === uri)?.toName;
    const name = to === undefined ? uri : `${to}${uri.endsWith('.yaml') ? '.samples.yaml' : '.prompt'}`;
    after[name] = applyEdits(text, edits.get(uri) ?? []);
  }
  return after;
}

/** The files with `⟦…⟧` around each place. */
export function marked(files: Files, places: readonly Location[]): Files {
  const after: Record<string, string> = {};
  for (const [uri, text] of Object.entries(files)) {
    const here = places.filter(place => place.uri === uri);
    if (here.length === 0) continue;
    after[uri] = applyEdits(
      text,
      here.map(({ span }) => ({ span, text: `⟦${text.slice(span.start, span.end)}⟧` })),
    );
  }
  return after;
}
