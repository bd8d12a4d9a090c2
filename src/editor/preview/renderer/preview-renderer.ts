/**
 * Renders previews in a worker thread, one at a time, within limits: whatever a template does, the window stays
 * responsive and gets a result within a minute. The thread is started with the first request, and again after it had to
 * be stopped.
 */
import type { ReadableFiles } from '../../../workspace/file-system.ts';
import type {
  PreviewFileRequest,
  PreviewOutcome,
  PreviewRendered,
  PreviewRequest,
  Tokens,
} from './outcome.ts';
import { type RendererEvent, RendererThread } from './thread.ts';
import type { FromRenderer } from './worker.ts';

/** Time limits, in milliseconds. */
export interface PreviewLimits {
  /** Starting the thread. */
  readonly start: number;
  /**
   * Rendering. Evaluation has its own, much shorter limit; parsing a prompt of 1 MiB takes seconds, longer on a busy
   * machine.
   */
  readonly render: number;
  /** A rendering that nobody waits for anymore, while the next one waits. */
  readonly abandoned: number;
  /** Loading an encoding's table. */
  readonly load: number;
  /** Counting tokens. */
  readonly count: number;
}

export const PREVIEW_LIMITS: PreviewLimits = {
  start: 10_000,
  render: 60_000,
  abandoned: 150,
  load: 10_000,
  count: 500,
};

interface Job {
  readonly request: PreviewRequest | PreviewFileRequest;
  readonly signal: AbortSignal;
  readonly resolve: (outcome: PreviewOutcome) => void;
  readonly reject: (reason: unknown) => void;
}

export class PreviewRenderer {
  readonly #workerUrl: URL;
  readonly #limits: PreviewLimits;
  readonly #files: ReadableFiles;
  #thread: RendererThread | undefined;
  #isRunning = false;
  #waiting: Job | undefined;
  #isDisposed = false;

  /**
   * @param workerUrl the file URL of the built `src/editor/preview/renderer/worker.ts`: `dist/preview-worker.js`
   * @param files reads the partials of virtual files
   */
  constructor(workerUrl: URL, files: ReadableFiles, limits = PREVIEW_LIMITS) {
    this.#workerUrl = workerUrl;
    this.#files = files;
    this.#limits = limits;
  }

  /**
   * Renders a request after the previous one; of waiting requests, only the newest is rendered.
   * @throws the signal's reason when it is aborted, and an AbortError when a newer request came first or the renderer
   * is disposed
   */
  render(request: PreviewRequest | PreviewFileRequest, signal: AbortSignal): Promise<PreviewOutcome> {
    if (signal.aborted) return Promise.reject(signal.reason);
    if (this.#isDisposed) return Promise.reject(abandoned('The preview is closed.'));
    const { promise, resolve, reject } = Promise.withResolvers<PreviewOutcome>();
    const onAbort = () => {
      if (this.#waiting === job) this.#waiting = undefined;
      reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const job: Job = { request, signal, resolve, reject };
    this.#waiting?.reject(abandoned('A newer request replaced it.'));
    this.#waiting = job;
    if (!this.#isRunning) void this.#work();
    return promise.finally(() => signal.removeEventListener('abort', onAbort));
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#waiting?.reject(abandoned('The preview is closed.'));
    this.#waiting = undefined;
    this.#thread?.end();
  }

  async #work(): Promise<void> {
    this.#isRunning = true;
    for (let job = this.#take(); job !== undefined; job = this.#take()) {
      try {
        const outcome = await this.#run(job);
        if (this.#isDisposed) job.reject(abandoned('The preview is closed.'));
        else job.resolve(outcome);
      } catch (error) {
        job.reject(error);
      }
    }
    this.#isRunning = false;
  }

  #take(): Job | undefined {
    const job = this.#waiting;
    this.#waiting = undefined;
    return job;
  }

  async #run({ request, signal }: Job): Promise<PreviewOutcome> {
    const ready = await this.#ready();
    if ('kind' in ready) return ready;
    const thread = ready.thread;
    const limits = this.#limits;
    thread.post(request);
    const drawn = await thread.next(limits.render, signal, limits.abandoned);
    const message = messageOf(drawn, 'drawn');
    if (message === undefined) return this.#stopped(drawn);
    if (message.outcome.kind !== 'rendered') return message.outcome;
    const rendered = message.outcome;
    const encoding = message.encoding ?? 'o200k_base';
    const loaded = await thread.next(limits.load);
    const counted =
      messageOf(loaded, 'loaded') && (await thread.next(limits.count, signal, limits.abandoned));
    const tokens = counted && messageOf(counted, 'counted')?.tokens;
    if (tokens === undefined) this.#drop();
    return withTokens(rendered, tokens ?? { count: null, encoding, reason: 'Counting took too long.' });
  }

  /** The thread, once it can take a request; or the outcome if there is none. */
  async #ready(): Promise<{ readonly thread: RendererThread } | PreviewOutcome> {
    if (this.#thread !== undefined && !this.#thread.isOver) return { thread: this.#thread };
    const thread = new RendererThread(this.#workerUrl, this.#files);
    this.#thread = thread;
    const heard = await thread.next(this.#limits.start);
    return messageOf(heard, 'ready') === undefined ? this.#stopped(heard) : { thread };
  }

  #drop(): void {
    this.#thread?.end();
    this.#thread = undefined;
  }

  #stopped(heard: RendererEvent): PreviewOutcome {
    this.#drop();
    if (heard.kind === 'ended' && heard.why === 'failure')
      return { kind: 'problem', message: `The preview ended unexpectedly: ${heard.message}` };
    const what =
      heard.kind === 'ended'
        ? 'needs too much memory'
        : `takes longer than ${this.#limits.render / 1000} seconds`;
    return {
      kind: 'limit',
      message: `Rendering ${what}. Look for nested loops over the same list, or use a smaller input or prompt.`,
    };
  }
}

function messageOf<Step extends FromRenderer['step']>(
  heard: RendererEvent,
  step: Step,
): Extract<FromRenderer, { step: Step }> | undefined {
  return heard.kind === 'message' && heard.message.step === step
    ? (heard.message as Extract<FromRenderer, { step: Step }>)
    : undefined;
}

function withTokens(rendered: Omit<PreviewRendered, 'tokens'>, tokens: Tokens): PreviewRendered {
  return { ...rendered, tokens };
}

function abandoned(message: string): DOMException {
  return new DOMException(message, 'AbortError');
}
