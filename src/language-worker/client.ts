/**
 * The language worker as the extension host sees it. Documents are told to it as they change; queries are answered in
 * turn, those that somebody waits for first. A worker that ends or does not answer is replaced by a new one, which is
 * told all again; a query is never answered by an error, only by nothing.
 */
import { Worker } from 'node:worker_threads';
import type { DocumentChange, FileEntry, FromLanguageWorker, OpenDocument, ToWorker } from './contract.ts';
import type { Queries, QueryMethod } from './queries.ts';

/** In milliseconds. */
const START_LIMIT = 20_000;
const ANSWER_LIMIT = 10_000;
/** Memory for the largest workspaces, not all of the machine's. */
const MAX_HEAP_MB = 1024;

export interface LanguageClientOptions {
  /** The file URL of the built `worker.ts`: `dist/language-worker.js`. */
  readonly workerUrl: URL;
  /** The open document as it is now; undefined for one that is not open. */
  readonly document: (uri: string) => OpenDocument | undefined;
  readonly log: (message: string) => void;
  /** A worker was replaced: what was asked of the one before may be asked again. */
  readonly onRestart?: () => void;
  /** The time a worker may take to start, in milliseconds. */
  readonly startLimit?: number;
  /** The time an answer may take, in milliseconds. */
  readonly answerLimit?: number;
}

export interface AskOptions {
  /** Of the document that is asked about: once it has another, the query is dropped. */
  readonly version?: number;
  readonly signal?: AbortSignal | undefined;
  /** Nobody waits for it: it lets others pass. */
  readonly isInBackground?: boolean;
}

interface Job {
  readonly id: number;
  readonly method: QueryMethod;
  readonly uri: string;
  readonly params: unknown;
  readonly options: AskOptions;
  readonly resolve: (answer: unknown) => void;
}

export class LanguageClient {
  readonly #options: LanguageClientOptions;
  readonly #files = new Map<string, FileEntry>();
  /** Open documents with the version that the worker knows. */
  readonly #versions = new Map<string, number>();
  readonly #waiting: Job[] = [];
  /** Documents that brought a worker down, with the version that did: it is not asked about again while it is open. */
  readonly #poison = new Map<string, number | undefined>();
  #running: Job | undefined;
  #worker: Worker | undefined;
  #isReady = false;
  #timer: NodeJS.Timeout | undefined;
  #lastId = 0;
  #isDisposed = false;

  constructor(options: LanguageClientOptions) {
    this.#options = options;
  }

  /** New files of the workspace, or files with new content on disk. */
  setFiles(files: readonly FileEntry[]): void {
    for (const file of files) this.#files.set(file.uri, file);
    this.#post({ kind: 'files', files });
  }

  removeFiles(uris: readonly string[]): void {
    for (const uri of uris) this.#files.delete(uri);
    this.#post({ kind: 'gone', uris });
  }

  open(document: OpenDocument): void {
    this.#versions.set(document.uri, document.version);
    this.#post({ kind: 'open', document });
  }

  change(change: DocumentChange): void {
    if (!this.#versions.has(change.uri)) return;
    this.#versions.set(change.uri, change.version);
    this.#post({ kind: 'change', change });
  }

  close(uri: string): void {
    if (!this.#versions.delete(uri)) return;
    // Versions are counted from 1 again: what is opened next may be another text.
    this.#poison.delete(uri);
    this.#post({ kind: 'close', uri });
  }

  knows(uri: string): boolean {
    return this.#versions.has(uri);
  }

  /**
   * The answer; undefined where there is none: the document has changed since, the signal was aborted, or the worker
   * ended over it. Never rejects.
   */
  ask<Method extends QueryMethod>(
    method: Method,
    uri: string,
    params: Queries[Method]['params'],
    options: AskOptions = {},
  ): Promise<Queries[Method]['answer'] | undefined> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const job: Job = { id: ++this.#lastId, method, uri, params, options, resolve };
    options.signal?.addEventListener('abort', () => resolve(undefined), { once: true });
    this.#waiting.push(job);
    this.#next();
    return promise as Promise<Queries[Method]['answer'] | undefined>;
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await this.#end();
    for (const job of this.#waiting.splice(0)) job.resolve(undefined);
  }

  #next(): void {
    if (this.#isDisposed) {
      for (const job of this.#waiting.splice(0)) job.resolve(undefined);
      return;
    }
    while (this.#running === undefined && this.#waiting.length > 0) {
      const first = Math.max(
        0,
        this.#waiting.findIndex(({ options }) => options.isInBackground !== true),
      );
      const [job] = this.#waiting.splice(first, 1);
      if (job === undefined) return;
      if (!this.#isWanted(job)) {
        job.resolve(undefined);
        continue;
      }
      this.#start();
      this.#running = job;
      const { id, method, uri, params } = job;
      this.#post({ kind: 'query', query: { id, method, uri, params: params as never } });
      if (this.#isReady) this.#watch(this.#options.answerLimit ?? ANSWER_LIMIT);
    }
  }

  #isWanted({ uri, options }: Job): boolean {
    if (options.signal?.aborted === true) return false;
    const version = this.#versions.get(uri);
    if (options.version !== undefined && options.version !== version) return false;
    return !this.#poison.has(uri) || this.#poison.get(uri) !== version;
  }

  #start(): void {
    if (this.#worker !== undefined) return;
    const worker = new Worker(this.#options.workerUrl, {
      name: 'promptforge-language',
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
      // The worker's output would appear in the host's own log.
      stdout: true,
      stderr: true,
    });
    this.#worker = worker;
    this.#isReady = false;
    const isCurrent = () => this.#worker === worker;
    worker.on('message', (message: FromLanguageWorker) => {
      if (isCurrent()) this.#heard(message);
    });
    worker.on('error', error => {
      if (isCurrent()) this.#replace(`ended: ${error.message}`);
    });
    worker.on('exit', code => {
      if (isCurrent()) this.#replace(`ended with ${code}`);
    });
    this.#watch(this.#options.startLimit ?? START_LIMIT);
    const documents = [...this.#versions.keys()].map(uri => this.#options.document(uri));
    for (const document of documents) {
      if (document === undefined) continue;
      this.#versions.set(document.uri, document.version);
      this.#post({ kind: 'open', document });
    }
    this.#post({ kind: 'files', files: [...this.#files.values()] });
  }

  #heard(message: FromLanguageWorker): void {
    const isAnswer = message.kind === 'answer' || message.kind === 'failed';
    if (message.kind === 'ready') this.#isReady = true;
    if (message.kind === 'lost') this.#tellAgain(message.uri);
    if (isAnswer && message.id === this.#running?.id) {
      const job = this.#running;
      this.#running = undefined;
      if (message.kind === 'failed')
        this.#options.log(`The language worker failed at "${job.method}": ${message.why}`);
      const isCurrent =
        job.options.version === undefined || job.options.version === this.#versions.get(job.uri);
      job.resolve(message.kind === 'answer' && isCurrent ? message.answer : undefined);
    }
    clearTimeout(this.#timer);
    if (this.#running !== undefined) this.#watch(this.#options.answerLimit ?? ANSWER_LIMIT);
    else this.#next();
  }

  /** The whole text, where changes did not lead to it. */
  #tellAgain(uri: string): void {
    const document = this.#versions.has(uri) ? this.#options.document(uri) : undefined;
    if (document !== undefined) this.open(document);
  }

  #watch(limit: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#replace(`did not answer for ${limit / 1000} s`), limit);
  }

  /** The next query starts a new worker, which is told all again. */
  #replace(why: string): void {
    const job = this.#running;
    const asked = job === undefined ? '' : ` while asked "${job.method}" of ${job.uri}`;
    this.#options.log(`The language worker ${why}${asked}. A new one takes over.`);
    if (job !== undefined) this.#poison.set(job.uri, this.#versions.get(job.uri));
    void this.#end();
    this.#options.onRestart?.();
    this.#next();
  }

  async #end(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    clearTimeout(this.#timer);
    const job = this.#running;
    this.#running = undefined;
    job?.resolve(undefined);
    await worker?.terminate();
  }

  /** Nothing to a worker that does not run: it is told all when it starts. */
  #post(message: ToWorker): void {
    this.#worker?.postMessage(message);
  }
}
