/** Open documents and a client over a real worker, as the extension host has them. */
import assert from 'node:assert/strict';
import { patience } from '../../scripts/host/patience.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { LanguageClient, type LanguageClientOptions } from '../../src/language-worker/client.ts';
import type { FileRole, OpenDocument } from '../../src/language-worker/contract.ts';
import type { PlacedFinding } from '../../src/language-worker/queries.ts';

const WORKERS = {
  real: '../../src/language-worker/worker.ts',
  faulty: './faulty-worker.ts',
  missing: './there-is-none.ts',
} as const;

/** For a worker that does answer: the thread of a busy machine may get its turn late. In milliseconds. */
const LONG = patience(120_000);

export class AnEditor implements AsyncDisposable {
  readonly documents = new Map<string, OpenDocument>();
  readonly logged: string[] = [];
  restarts = 0;
  readonly client: LanguageClient;
  readonly #options: Omit<LanguageClientOptions, 'answerLimit'> & { answerLimit: number };

  constructor({ worker = 'real' }: { worker?: keyof typeof WORKERS } = {}) {
    this.#options = {
      workerUrl: new URL(WORKERS[worker], import.meta.url),
      document: uri => this.documents.get(uri),
      log: message => this.logged.push(message),
      onRestart: () => {
        this.restarts += 1;
      },
      startLimit: LONG,
      answerLimit: LONG,
    };
    this.client = new LanguageClient(this.#options);
  }

  /** Runs `ask`, which no worker answers, with a client that waits only a moment. */
  async impatiently<T>(ask: () => Promise<T>): Promise<T> {
    this.#options.answerLimit = 100;
    try {
      return await ask();
    } finally {
      this.#options.answerLimit = LONG;
    }
  }

  /** Opens the prompt of that name, or its samples. @returns the document's URI */
  open(
    name: string,
    text: string,
    role: FileRole = 'prompt',
    uri = `file:///prompts/${name}${role === 'samples' ? '.samples.yaml' : '.prompt'}`,
  ): string {
    const document = { uri, role, name: parsePromptName(name), text, version: 1 };
    this.documents.set(uri, document);
    this.client.open(document);
    return uri;
  }

  /** Puts `text` for `length` code units from `offset` on. */
  edit(uri: string, offset: number, length: number, text: string): void {
    const before = this.documents.get(uri);
    assert.ok(before);
    const changed = before.text.slice(0, offset) + text + before.text.slice(offset + length);
    const version = before.version + 1;
    this.documents.set(uri, { ...before, text: changed, version });
    this.client.change({ uri, version, changes: [{ offset, length, text }], length: changed.length });
  }

  /** Puts another text in the place of all. */
  write(uri: string, text: string): void {
    this.edit(uri, 0, this.documents.get(uri)?.text.length ?? 0, text);
  }

  async findings(uri: string): Promise<readonly PlacedFinding[] | undefined> {
    const version = this.documents.get(uri)?.version;
    const answer = await this.client.ask('diagnose', uri, null, version === undefined ? {} : { version });
    return answer?.findings;
  }

  async codes(uri: string): Promise<string[] | undefined> {
    return (await this.findings(uri))?.map(({ code }) => code);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.client.dispose();
  }
}
