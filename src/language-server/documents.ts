/** The open documents: gives their text to their projects, and answers requests about them. */
import { LSPErrorCodes, type Position, ResponseError, TextDocuments } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { Problem } from '../core/problem.ts';
import type { Library, LibraryPrompt, LibrarySamples } from '../language/analysis/library.ts';
import { Converter } from './converter.ts';
import type { OpenDocument } from './files.ts';
import type { VersionedDocument } from './messages.ts';
import type { PromptProject, PromptProjects } from './project.ts';
import type { Texts } from './texts.ts';

export interface RequestContext {
  readonly document: TextDocument;
  readonly project: PromptProject;
  readonly texts: Texts;
  readonly library: Library;
  /** The document in the language core. */
  readonly opened: OpenDocument;
  /** The offset of the request's position. */
  readonly offset: number;
  readonly convert: Converter;
}

export interface PromptContext extends RequestContext {
  readonly prompt: LibraryPrompt;
}

export interface SamplesContext extends RequestContext {
  readonly samples: LibrarySamples;
  /** The prompt of the samples. */
  readonly prompt: LibraryPrompt | undefined;
}

/** A feature, with a function for each kind of document that it supports. */
export interface Feature<Found, Result> {
  readonly inPrompt: (context: PromptContext) => Found;
  readonly inSamples?: (context: SamplesContext) => Found;
  readonly result: (found: Found, context: RequestContext) => Result;
  /** True for a feature that also works in files that are neither prompts nor samples. */
  readonly inOtherText?: boolean;
  /** True for a feature that needs only the document's text; all others wait for the project's files. */
  readonly needsNoFiles?: boolean;
}

export interface DocumentRequest {
  readonly textDocument: { readonly uri: string };
  readonly position?: Position;
}

export interface DocumentsOptions {
  readonly projects: PromptProjects;
  readonly report: (error: unknown) => void;
  /** Called with each document before work on it, and with null afterward. */
  readonly onBusy?: (document: VersionedDocument | null) => void;
}

export class Documents {
  readonly all = new TextDocuments(TextDocument);
  readonly #options: DocumentsOptions;
  /** Open documents by the client's URI. */
  readonly #open = new Map<
    string,
    { readonly uri: string; readonly project: PromptProject | Promise<PromptProject> }
  >();
  /** The client's URIs by the URI of the language core. */
  readonly #written = new Map<string, string>();
  readonly #refused = new Map<string, number>();

  constructor(options: DocumentsOptions) {
    this.#options = options;
  }

  /** Does not answer requests about these documents until their versions change. */
  refuse(documents: readonly VersionedDocument[]): void {
    for (const { uri, version } of documents) this.#refused.set(uri, version);
  }

  /** Gives the text of an opened or changed document to its project. */
  async take(document: TextDocument): Promise<PromptProject> {
    let opened = this.#open.get(document.uri);
    if (opened === undefined) {
      const { projects } = this.#options;
      const uri = projects.uriOf(document.uri);
      opened = { uri, project: projects.of(document.uri) };
      this.#open.set(document.uri, opened);
      this.#written.set(uri, document.uri);
    }
    const project = opened.project instanceof Promise ? await opened.project : opened.project;
    // Closed in the meantime.
    if (this.#open.get(document.uri) !== opened) return project;
    project.texts.open({ uri: opened.uri, text: document.getText(), ...project.placeOf(opened.uri) });
    return project;
  }

  async close(uri: string): Promise<void> {
    const opened = this.#open.get(uri);
    this.#open.delete(uri);
    this.#refused.delete(uri);
    if (opened === undefined) return;
    this.#written.delete(opened.uri);
    (await opened.project).texts.close(opened.uri);
  }

  /** Closes all documents in their projects, so that each project is looked up again. */
  async forgetProjects(): Promise<void> {
    for (const uri of [...this.#open.keys()]) await this.close(uri);
  }

  /**
   * The answer; null if the document is not open, its kind does not support the feature, or the language core failed.
   * @throws ResponseError `RequestFailed` with the reason if it cannot be done, `ContentModified` if the text changed
   * meanwhile
   */
  async answer<Found, Result>(
    { textDocument, position }: DocumentRequest,
    feature: Feature<Found, Result>,
    token?: { readonly isCancellationRequested: boolean },
  ): Promise<Result | null> {
    const document = this.all.get(textDocument.uri);
    const version = document?.version;
    if (document === undefined || version === undefined) return null;
    const project = await this.take(document);
    const uri = this.#options.projects.uriOf(document.uri);
    const { texts } = project;
    if (feature.needsNoFiles !== true) {
      await project.whenListed;
      await texts.whenRead;
      await texts.findUnknown(uri);
    }
    if (token?.isCancellationRequested)
      throw new ResponseError(LSPErrorCodes.RequestCancelled, 'The request was canceled.');
    if (document.version !== version || this.all.get(textDocument.uri) !== document)
      throw new ResponseError(LSPErrorCodes.ContentModified, 'The text changed meanwhile.');
    const opened = texts.openAt(uri);
    if (opened === undefined || this.#refused.get(document.uri) === version) return null;
    if (opened.role === 'text' && feature.inOtherText !== true) return null;
    const { onBusy, report } = this.#options;
    onBusy?.({ uri: document.uri, version });
    try {
      const context: RequestContext = {
        document,
        project,
        texts,
        library: texts.library,
        opened,
        offset: position === undefined ? 0 : document.offsetAt(position),
        convert: new Converter(
          document,
          at => texts.textAt(at),
          at => this.#written.get(at) ?? at,
        ),
      };
      return answerIn(context, feature);
    } catch (error) {
      if (Problem.is(error)) throw new ResponseError(LSPErrorCodes.RequestFailed, error.message);
      if (error instanceof ResponseError) throw error;
      report(error);
      return null;
    } finally {
      onBusy?.(null);
    }
  }
}

function answerIn<Found, Result>(
  context: RequestContext,
  { inPrompt, inSamples, result }: Feature<Found, Result>,
): Result | null {
  const { library, opened } = context;
  const { uri, name, role, text } = opened;
  if (role !== 'samples') {
    const prompt = library.at(uri);
    return prompt === undefined ? null : result(inPrompt({ ...context, prompt }), context);
  }
  if (name === undefined || inSamples === undefined) return null;
  const samples = { uri, name, text };
  return result(inSamples({ ...context, samples, prompt: library.prompt(name) }), context);
}
