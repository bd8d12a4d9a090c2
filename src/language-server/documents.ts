/** The open documents, and the project that each belongs to. */
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { PromptProject } from './project.ts';
import type { Projects } from './projects.ts';

interface Opened {
  /** As the language core knows it. */
  readonly uri: string;
  readonly project: Promise<PromptProject>;
}

export class OpenDocuments {
  readonly #projects: Projects;
  readonly #open = new Map<string, Opened>();
  /** By the URI that the language core knows, how the client writes it. */
  readonly #written = new Map<string, string>();

  constructor(projects: Projects) {
    this.#projects = projects;
  }

  /** Takes the text of a document that was opened or changed. Resolves when its project has it. */
  async take(document: TextDocument): Promise<void> {
    const opened = this.#open.get(document.uri) ?? this.#opened(document.uri);
    const project = await opened.project;
    // Closed in the meantime.
    if (this.#open.get(document.uri) !== opened) return;
    const path = pathOf(document.uri);
    project.open({ uri: opened.uri, path, text: document.getText(), version: document.version });
  }

  #opened(uri: string): Opened {
    const path = pathOf(uri);
    const opened = {
      uri: path === undefined ? uri : pathToFileURL(path).href,
      project: this.#projects.of(path),
    };
    this.#open.set(uri, opened);
    this.#written.set(opened.uri, uri);
    return opened;
  }

  async close(uri: string): Promise<void> {
    const opened = this.#open.get(uri);
    this.#open.delete(uri);
    if (opened === undefined) return;
    this.#written.delete(opened.uri);
    (await opened.project).close(opened.uri);
  }

  /** Of a document that is open. */
  of(uri: string): Opened | undefined {
    return this.#open.get(uri);
  }

  /** Its project is found again when it is taken next. */
  async forgetProjects(): Promise<void> {
    for (const uri of [...this.#open.keys()]) await this.close(uri);
  }

  /** How the client writes a URI of the language core. */
  written(uri: string): string {
    return this.#written.get(uri) ?? uri;
  }
}

/** Undefined for a document that is no file. */
function pathOf(uri: string): string | undefined {
  return uri.startsWith('file:') ? fileURLToPath(uri) : undefined;
}
