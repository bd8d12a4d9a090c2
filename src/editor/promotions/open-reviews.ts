/**
 * The threads of the reviews that are open. A thread that stays is changed in place, since somebody may be writing in
 * it; of several loadings of one review the newest counts.
 */
import type { Comment, Promotion } from '../../contract/promotions.ts';
import { NewestRun } from '../work/newest-run.ts';
import { type FollowedThread, type ReviewThread, threadId } from './threads.ts';

/** The loaded state of a promotion's review, or of the comments at the lines of a prompt's versions. */
export interface Review {
  /** Undefined until the registry has told, and of versions that are in no review. */
  readonly promotion: Promotion | undefined;
  /** In the review, oldest first. */
  readonly comments: readonly Comment[];
  /** At lines of the versions that are open, and of those before them. */
  readonly followed?: readonly FollowedThread[];
}

export interface OpenReviewsParts<Shown> {
  readonly fetch: (id: string, signal: AbortSignal) => Promise<Review>;
  readonly threads: (id: string, review: Review) => readonly ReviewThread[];
  /** Puts a thread on the screen, in the place of the one that was there before. */
  readonly show: (id: string, review: Review, thread: ReviewThread, before: Shown | undefined) => Shown;
  /** Returns whether something that was not sent may be in a thread. */
  readonly isTyped: () => boolean;
}

interface Open<Shown> {
  review: Review;
  readonly shown: Map<string, Shown>;
  readonly loading: NewestRun;
}

/**
 * VS Code keeps what was typed into a thread while its editor is closed, as long as the thread is there; but as long its
 * view Comments lists the thread too, as it was.
 */
const CLOSED_KEPT = 10;

export class OpenReviews<Shown extends { dispose(): void }> {
  readonly #parts: OpenReviewsParts<Shown>;
  /** Of promotions by id; the one that was opened last is the last. */
  readonly #reviews = new Map<string, Open<Shown>>();
  #open: ReadonlySet<string> = new Set();

  constructor(parts: OpenReviewsParts<Shown>) {
    this.#parts = parts;
  }

  /** The ids of the promotions. */
  get open(): ReadonlySet<string> {
    return this.#open;
  }

  /** Undefined for a review that was not opened lately. */
  find(id: string): Review | undefined {
    return this.#reviews.get(id)?.review;
  }

  shown(id: string): readonly Shown[] {
    return [...(this.#reviews.get(id)?.shown.values() ?? [])];
  }

  /** These reviews and no others are open. @returns those that were not open before */
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

  /** Asks the registry; what is shown stays when that fails. @throws as `fetch` does */
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

  /** Changes what is known of one, and shows it. A loading that is under way counts more when it ends. */
  update(id: string, change: (review: Review) => Review): void {
    const open = this.#reviews.get(id);
    if (open === undefined) return;
    open.review = change(open.review);
    this.show(id);
  }

  /** Shows what is known by now. */
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

  /** Takes a thread that VS Code made for one of its own, unless there is one at its place. */
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
