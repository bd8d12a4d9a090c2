/** The page goes where the editor goes, and says where the person scrolled it to. */
import type { Caret } from '../messages.ts';
import { ScrollMap } from '../scroll-map.ts';
import { type DrawnPiece, heightIn } from './drawn-piece.ts';

export class Scrolling {
  readonly #pieces: () => readonly DrawnPiece[];
  readonly #onScroll: (offset: number) => void;
  #map: ScrollMap<DrawnPiece> | undefined;
  /** Where the editor is, until the next frame. */
  #wanted: Caret | undefined;
  /** Where it went with the editor since something was drawn; undefined once the person went elsewhere. */
  #followed: Caret | undefined;
  /** Where the page put itself: what is heard of that is not the person's doing. */
  #placed: number | undefined;
  #isMoving = false;
  #isDue = false;

  constructor(pieces: () => readonly DrawnPiece[], onScroll: (offset: number) => void) {
    this.#pieces = pieces;
    this.#onScroll = onScroll;
    window.addEventListener('scroll', () => this.#scrolled());
  }

  /** What is shown is another now: what was to be at the top may only now be there, or be elsewhere. */
  drawn(): void {
    this.#map = undefined;
    this.moving();
    if (this.#followed !== undefined) this.follow(this.#followed);
    this.#followed = undefined;
  }

  /** Nothing that moves within the next frame is the person's doing. */
  moving(): void {
    this.#isMoving = true;
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        this.#isMoving = false;
      }),
    );
  }

  /** Brings a place of the source to the top, at the next frame: of several, the last. */
  follow(place: Caret): void {
    const isAsked = this.#wanted !== undefined;
    this.#wanted = place;
    this.#followed = place;
    if (isAsked) return;
    requestAnimationFrame(() => {
      const wanted = this.#wanted;
      this.#wanted = undefined;
      if (wanted === undefined) return;
      const height = this.#mapped().heightOf(wanted.prompt, wanted.offset);
      if (height === undefined) return;
      window.scrollTo(0, height);
      this.#placed = window.scrollY;
    });
  }

  #scrolled(): void {
    const isOwn = this.#placed !== undefined && Math.abs(window.scrollY - this.#placed) <= 1;
    if (isOwn || this.#isMoving || this.#isDue) return;
    this.#placed = undefined;
    this.#followed = undefined;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      const offset = this.#mapped().offsetAt(window.scrollY);
      if (offset !== undefined) this.#onScroll(offset);
    });
  }

  #mapped(): ScrollMap<DrawnPiece> {
    this.#map ??= new ScrollMap(
      this.#pieces(),
      (piece, fraction) => heightIn(piece, fraction) + window.scrollY,
    );
    return this.#map;
  }
}
