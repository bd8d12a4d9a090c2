/**
 * The threads of open reviews. A thread that remains is changed in place, because somebody may be writing in it. If a
 * review is loaded several times, the newest result counts.
 */
import type { Comment, Promotion } from '../../contract/promotions.ts';
import { NewestRun } from '../work/newest-run.ts';
import { type FollowedThread, type ReviewThread, threadId } from './threads.ts';

/** The loaded state of a promotion's review, or of the comments at the lines of a prompt's versions. */
export interface Review {
  /** Undefined until the registry responds, and for versions that are in no review. */
  readonly promotion: Promotion | undefined;
  /** Comments in the review, oldest first. */
  readonly comments: readonly Comment[];
  /** Threads at lines of the open versions, and of earlier ones. */
  readonly followed?: readonly FollowedThread[];
}

export interface OpenReviewsParts<Shown> {
  readonly fetch: (id: string, signal: AbortSignal) => Promise<Review>;
  readonly threads: (id: string, review: Review) => readonly ReviewThread[];
  /** Shows a thread, replacing the one that was there before. */
  readonly show: (id: string, review: Review, thread: ReviewThread, before: Shown | undefined) => Shown;
  /** Returns true if a thread may contain unsent text. */
  readonly isTyped: () => boolean;
}

interface Open<Shown> {
  review: Review;
  readonly shown: Map<string, Shown>;
  readonly loading: NewestRun;
}

/**
 * The number of closed reviews whose threads are kept: VS Code keeps text typed into a thread as long as the thread
 * exists, but its view Comments also lists the thread, unchanged, for as long.
 */
const CLOSED_KEPT = 10;

export class OpenReviews<Shown extends { dispose(): void }> {
  readonly #parts: OpenReviewsParts<Shown>;
  /** By subject; the one that was opened last is last. */
  readonly #reviews = new Map<string, Open<Shown>>();
  #open: ReadonlySet<string> = new Set();

  constructor(parts: OpenReviewsParts<Shown>) {
    this.#parts = parts;
  }

  /** The open subjects. */
  get open(): ReadonlySet<string> {
    return this.#open;
  }

  /** Undefined for a review that was not opened recently. */
  find(id: string): Review | undefined {
    return this.#reviews.get(id)?.review;
  }

  shown(id: string): readonly Shown[] {
    return [...(this.#reviews.get(id)?.shown.values() ?? [])];
  }

  /** Sets the open reviews. @returns those that were not open before */
  follow(open: ReadonlySet<string>): string[] {
    const added = [...open].filter(id => !this.#open.has(id));
    this.#open = open;
    for (const id of added) {
      const known = this.#reviews.get(id);
      this.#reviews.delete(id);
      this.#reviews.set(id, known ?? { review: NOTHING, shown: new Map(), loading: new NewestRun() });
      this.show(id);
    }
    const closed = [...this.#reviews.keys()].filter(id => !open.has(id));
    const kept = this.#parts.isTyped() ? CLOSED_KEPT : 0;
    for (const id of closed.slice(0, Math.max(0, closed.length - kept))) this.#close(id);
    return added;
  }

  /** Fetches the review; if that fails, the display is unchanged. @throws as `fetch` */
  async load(id: string): Promise<void> {
    const open = this.#reviews.get(id);
    await open?.loading.start(async signal => {
      try {
        const review = await this.#parts.fetch(id, signal);
        if (!signal.aborted) open.review = review;
      } catch (error) {
        if (!signal.aborted) throw error;
      }
      if (!signal.aborted) this.show(id);
    });
  }

  /** Updates a review, and shows it. A load in progress overrides this when it ends. */
  update(id: string, change: (review: Review) => Review): void {
    const open = this.#reviews.get(id);
    if (open === undefined) return;
    open.review = change(open.review);
    this.show(id);
  }

  /** Shows the current state of a review. */
  show(id: string): void {
    const open = this.#reviews.get(id);
    if (open === undefined) return;
    const gone = new Map(open.shown);
    for (const thread of this.#parts.threads(id, open.review)) {
      const at = threadId(thread);
      open.shown.set(at, this.#parts.show(id, open.review, thread, open.shown.get(at)));
      gone.delete(at);
    }
    for (const [at, shown] of gone) {
      shown.dispose();
      open.shown.delete(at);
    }
  }

  /** Adopts a thread that VS Code created, unless there is one at its place. */
  adopt(id: string, place: Pick<ReviewThread, 'version' | 'line' | 'shown'>, thread: Shown): void {
    const open = this.#reviews.get(id);
    const there = open?.shown.get(threadId(place));
    if (there === thread) return;
    if (open === undefined || there !== undefined) thread.dispose();
    else open.shown.set(threadId(place), thread);
  }

  clear(): void {
    this.#open = new Set();
    for (const id of [...this.#reviews.keys()]) this.#close(id);
  }

  #close(id: string): void {
    const open = this.#reviews.get(id);
    open?.loading.stop();
    for (const shown of open?.shown.values() ?? []) shown.dispose();
    this.#reviews.delete(id);
  }
}

const NOTHING: Review = { promotion: undefined, comments: [] };
