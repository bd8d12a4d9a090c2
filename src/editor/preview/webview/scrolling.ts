/** Scrolls the page with the editor, and reports the person's scrolling. */
import type { ScrollPlace } from '../messages.ts';
import { ScrollMap } from '../scroll-map.ts';
import { type DrawnPiece, heightIn } from './drawn-piece.ts';

export class Scrolling {
  readonly #pieces: () => readonly DrawnPiece[];
  readonly #onScroll: (offset: number, share: number) => void;
  #map: ScrollMap<DrawnPiece> | undefined;
  /** The editor's position, until the next frame. */
  #wanted: ScrollPlace | undefined;
  /** The position of the editor that the page follows, and the edit count of its text: until a newer text is drawn, or the person scrolls. */
  #followed: { readonly place: ScrollPlace; readonly edits: number } | undefined;
  /** The scroll position that the page set itself: its scroll event is not the person's. */
  #placed: number | undefined;
  /** The number of moves that are not over yet. */
  #moves = 0;
  #isDue = false;

  constructor(pieces: () => readonly DrawnPiece[], onScroll: (offset: number, share: number) => void) {
    this.#pieces = pieces;
    this.#onScroll = onScroll;
    window.addEventListener('scroll', () => this.#scrolled());
  }

  /** Called when the display has changed: the scroll target may have appeared or moved. */
  drawn(edits: number): void {
    this.#map = undefined;
    this.moving();
    const followed = this.#followed;
    if (followed === undefined) return;
    this.follow(followed.place, followed.edits);
    if (edits >= followed.edits) this.#followed = undefined;
  }

  /** Ignores movement within the next frame, which is not by the person. */
  moving(): void {
    this.#moves += 1;
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        this.#moves -= 1;
      }),
    );
  }

  /** Scrolls a place of the source to the editor's position, at the next frame; the last request wins. */
  follow(place: ScrollPlace, edits: number): void {
    const isAsked = this.#wanted !== undefined;
    this.#wanted = place;
    this.#followed = { place, edits };
    if (isAsked) return;
    requestAnimationFrame(() => {
      const wanted = this.#wanted;
      this.#wanted = undefined;
      if (wanted === undefined) return;
      const height = this.#mapped().heightOf(wanted.prompt, wanted.offset);
      if (height === undefined) return;
      // A partial's end is not the page's.
      const above = wanted.prompt === null ? this.#reach() : window.innerHeight;
      window.scrollTo(0, height - wanted.share * above);
      this.#placed = window.scrollY;
    });
  }

  #scrolled(): void {
    const isOwn = this.#placed !== undefined && Math.abs(window.scrollY - this.#placed) <= 1;
    if (isOwn || this.#moves > 0 || this.#isDue) return;
    this.#placed = undefined;
    this.#followed = undefined;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      const room = document.documentElement.scrollHeight - window.innerHeight;
      const share = room <= 0 ? 0 : Math.min(1, Math.max(0, window.scrollY / room));
      const offset = this.#mapped().offsetAt(window.scrollY + share * this.#reach());
      if (offset !== undefined) this.#onScroll(offset, share);
    });
  }

  /** Returns the distance from the window's top to the end of the prompt when the page is scrolled to its end. */
  #reach(): number {
    const { scrollHeight } = document.documentElement;
    const end = this.#mapped().heightOf(null, Number.MAX_SAFE_INTEGER) ?? scrollHeight;
    return window.innerHeight - (scrollHeight - end);
  }

  #mapped(): ScrollMap<DrawnPiece> {
    this.#map ??= new ScrollMap(
      this.#pieces(),
      (piece, fraction) => heightIn(piece, fraction) + window.scrollY,
    );
    return this.#map;
  }
}
