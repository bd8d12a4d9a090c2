/** A worker thread that responds to messages, each with a timeout, after which the thread is terminated. */
import { Worker } from 'node:worker_threads';
import type { ReadableFiles } from '../../../workspace/file-system.ts';
import { answerFile } from './file-questions.ts';
import type { PreviewFileRequest, PreviewRequest } from './outcome.ts';
import type { FromRenderer } from './worker.ts';

/**
 * Rendering counts its output and ends long before this; exceeding it may crash the whole process, so the limit covers
 * all that can be requested within its one second. The young generation holds the garbage of several keystrokes:
 * collecting the old one would be noticeable.
 */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 1024, maxYoungGenerationSizeMb: 96 };

export type RendererEvent =
  | { readonly kind: 'message'; readonly message: FromRenderer }
  | { readonly kind: 'late' }
  /** The thread has ended; `memory` if it exceeded its limit. */
  | { readonly kind: 'ended'; readonly why: 'memory' | 'failure'; readonly message: string };

export class RendererThread {
  readonly #worker: Worker;
  readonly #messages: FromRenderer[] = [];
  #ended: Extract<RendererEvent, { kind: 'ended' }> | undefined;
  #heard: () => void = () => {};

  /** @param files reads files that the thread cannot read */
  constructor(url: URL, files: ReadableFiles) {
    this.#worker = new Worker(url, { resourceLimits: RESOURCE_LIMITS });
    this.#worker.on('message', (message: FromRenderer) => {
      if (message.step === 'file') {
        void answerFile(message, files).then(answer => this.#worker.postMessage(answer));
        return;
      }
      this.#messages.push(message);
      this.#heard();
    });
    this.#worker.on('error', (error: Error & { code?: string }) => {
      const why = error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'failure';
      this.#end({ kind: 'ended', why, message: error.message });
    });
    this.#worker.on('exit', code =>
      this.#end({ kind: 'ended', why: 'failure', message: `The thread ended with code ${code}.` }),
    );
  }

  get isOver(): boolean {
    return this.#ended !== undefined;
  }

  /** @throws DataCloneError for anything but plain data */
  post(request: PreviewRequest | PreviewFileRequest): void {
    this.#worker.postMessage(request);
  }

  /**
   * The next message. It counts as late after `limit` ms, or `hurriedLimit` ms after `hurry` aborts if that is sooner.
   */
  async next(limit: number, hurry?: AbortSignal, hurriedLimit = limit): Promise<RendererEvent> {
    const { promise, resolve } = Promise.withResolvers<'heard' | 'late'>();
    this.#heard = () => resolve('heard');
    if (this.#messages.length > 0 || this.isOver) resolve('heard');
    const timers = [setTimeout(resolve, limit, 'late')];
    const onHurry = () => timers.push(setTimeout(resolve, hurriedLimit, 'late'));
    if (hurry?.aborted) onHurry();
    else hurry?.addEventListener('abort', onHurry, { once: true });
    const waited = await promise;
    for (const timer of timers) clearTimeout(timer);
    hurry?.removeEventListener('abort', onHurry);
    const message = this.#messages.shift();
    if (message !== undefined) return { kind: 'message', message };
    return waited === 'late' ? { kind: 'late' } : (this.#ended ?? { kind: 'late' });
  }

  end(): void {
    this.#end({ kind: 'ended', why: 'failure', message: 'The thread was ended.' });
    void this.#worker.terminate();
  }

  #end(ended: Extract<RendererEvent, { kind: 'ended' }>): void {
    this.#ended ??= ended;
    this.#heard();
  }
}
