/** All prompts of a workspace, in memory; the owner of the files and editors keeps it up to date. */
import { type PromptName, parsePromptName, partialCandidates } from '../../core/name.ts';
import { type Analysis, analyze } from './analysis.ts';

export interface LibraryPrompt {
  /** Identifies the file; the language core does not interpret it. */
  readonly uri: string;
  /** Undefined for a file whose path is not a prompt name. */
  readonly name: PromptName | undefined;
  readonly analysis: Analysis;
}

/** `<name>.samples.yaml`, beside the prompt of that name. */
export interface LibrarySamples {
  readonly uri: string;
  readonly name: PromptName;
  readonly text: string;
}

export class Library {
  readonly #texts = new Map<string, { name: PromptName | undefined; text: string }>();
  readonly #analyzed = new Map<string, LibraryPrompt>();
  readonly #uris = new Map<PromptName, string>();
  readonly #samples = new Map<PromptName, LibrarySamples>();

  /**
   * Adds or replaces a prompt's text, which is analyzed on first use. A prompt that is not `listed`, such as a
   * published version, is only found by its URI.
   */
  setPrompt(uri: string, name: PromptName | undefined, text: string, listed = true): void {
    const before = this.#texts.get(uri);
    if (before?.name !== undefined && before.name !== name && this.#uris.get(before.name) === uri)
      this.#uris.delete(before.name);
    this.#texts.set(uri, { name, text });
    if (name !== undefined && listed) this.#uris.set(name, uri);
  }

  setSamples(uri: string, name: PromptName, text: string): void {
    this.#samples.set(name, { uri, name, text });
  }

  /** Forgets a prompt or samples. */
  remove(uri: string): void {
    const prompt = this.#texts.get(uri);
    this.#texts.delete(uri);
    this.#analyzed.delete(uri);
    if (prompt?.name !== undefined && this.#uris.get(prompt.name) === uri) this.#uris.delete(prompt.name);
    for (const [name, samples] of this.#samples) if (samples.uri === uri) this.#samples.delete(name);
  }

  at(uri: string): LibraryPrompt | undefined {
    const kept = this.#texts.get(uri);
    if (kept === undefined) return undefined;
    const known = this.#analyzed.get(uri);
    if (known !== undefined && known.analysis.text === kept.text && known.name === kept.name) return known;
    const prompt = { uri, name: kept.name, analysis: analyze(kept.text, kept.name, known?.analysis) };
    this.#analyzed.set(uri, prompt);
    return prompt;
  }

  prompt(name: PromptName): LibraryPrompt | undefined {
    const uri = this.#uris.get(name);
    return uri === undefined ? undefined : this.at(uri);
  }

  /** All prompts, including partials, not sorted. Analyzes them all: use `mentioning` if a name narrows them down. */
  *prompts(): Generator<LibraryPrompt> {
    for (const uri of this.#texts.keys()) {
      const prompt = this.at(uri);
      if (prompt !== undefined) yield prompt;
    }
  }

  /** Returns whether a prompt is found by its name, which a published version is not. */
  isListed({ uri, name }: Pick<LibraryPrompt, 'uri' | 'name'>): boolean {
    return name === undefined || this.#uris.get(name) === uri;
  }

  /** The prompts whose text contains `word`, for searches in a large workspace. */
  *mentioning(word: string): Generator<LibraryPrompt> {
    for (const [uri, { text }] of this.#texts) {
      const prompt = text.includes(word) ? this.at(uri) : undefined;
      if (prompt !== undefined) yield prompt;
    }
  }

  names(): Iterable<PromptName> {
    return this.#uris.keys();
  }

  samples(name: PromptName): LibrarySamples | undefined {
    return this.#samples.get(name);
  }

  /** The prompt that `{{> reference}}` in `from` refers to (docs/dotprompt.md, partials). */
  partial(from: PromptName | undefined, reference: string): LibraryPrompt | undefined {
    for (const candidate of partialCandidates(from ?? STAND_IN, reference)) {
      const found = this.prompt(candidate);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}

/** A file whose path is not a prompt name resolves partials from the root. */
const STAND_IN = parsePromptName('untitled');
