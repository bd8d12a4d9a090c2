/** Lets the renderer's thread read files that only the window can read. */
import type { ReadableFiles } from '../../../workspace/file-system.ts';

type Operation = keyof ReadableFiles;
type Result<Name extends Operation> = Awaited<ReturnType<ReadableFiles[Name]>>;

/** From the thread. */
export interface FileQuestion {
  readonly step: 'file';
  readonly id: number;
  readonly operation: Operation;
  readonly path: string;
}

/** To the thread. */
export interface FileAnswer {
  /** The id of its question. */
  readonly answers: number;
  readonly result?: Result<Operation>;
  /** The error, as for `systemErrorReason`. */
  readonly failure?: { readonly code: string; readonly message: string };
}

/** In the thread. Errors have the `code` and the message that they have in the window. */
export class FileQuestions implements ReadableFiles {
  readonly #ask: (question: FileQuestion) => void;
  readonly #open = new Map<number, (answer: FileAnswer) => void>();
  #asked = 0;

  constructor(ask: (question: FileQuestion) => void) {
    this.#ask = ask;
  }

  readonly readFile = (path: string) => this.#result('readFile', path);
  readonly stat = (path: string) => this.#result('stat', path);
  readonly list = (path: string) => this.#result('list', path);
  readonly realpath = (path: string) => this.#result('realpath', path);

  answered(answer: FileAnswer): void {
    this.#open.get(answer.answers)?.(answer);
    this.#open.delete(answer.answers);
  }

  async #result<Name extends Operation>(operation: Name, path: string): Promise<Result<Name>> {
    const id = ++this.#asked;
    const { promise, resolve } = Promise.withResolvers<FileAnswer>();
    this.#open.set(id, resolve);
    this.#ask({ step: 'file', id, operation, path });
    const { failure, result } = await promise;
    if (failure !== undefined) throw Object.assign(new Error(failure.message), { code: failure.code });
    return result as Result<Name>;
  }
}

/** In the window. Never rejects. */
export async function answerFile(
  { id, operation, path }: FileQuestion,
  files: ReadableFiles,
): Promise<FileAnswer> {
  try {
    const result: Result<Operation> = await files[operation](path);
    return { answers: id, result };
  } catch (error) {
    const { code } = (error ?? {}) as { readonly code?: unknown };
    const message = error instanceof Error ? error.message : String(error);
    return {
      answers: id,
      failure: { code: typeof code === 'string' && code !== '' ? code : 'Unknown', message },
    };
  }
}
