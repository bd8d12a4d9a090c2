/** The rendered messages as text, with every value marked and linked to its place in the source. */
import type { TracedMessage, TracedPart, TracedSource, TracedSpan } from '../../../core/trace.ts';
import type { Caret, Rendering } from '../messages.ts';
import { element } from './dom.ts';
import type { DrawnPiece } from './drawn-piece.ts';

/** Longer URLs are cut, because a data URL is not readable. */
const MAX_URL = 200;

type Rendered = Extract<Rendering, { kind: 'rendered' }>;

export class RenderingView {
  readonly #root: HTMLElement;
  readonly #onReveal: (source: TracedSource) => void;
  /** In the order of the text. */
  #marks: { readonly mark: HTMLElement; readonly source: TracedSource }[] = [];
  /** The displayed messages, so that only changes are redrawn. */
  #drawn: (Section & { readonly of: string })[] = [];

  constructor(root: HTMLElement, onReveal: (source: TracedSource) => void) {
    this.#root = root;
    this.#onReveal = onReveal;
    root.addEventListener('click', event => {
      // Selecting text is not a click.
      if (document.getSelection()?.isCollapsed === false) return;
      this.#reveal(event.target);
    });
    root.addEventListener('keydown', event => this.#key(event));
    root.addEventListener('focusin', ({ target }) => this.#makeStop(target));
  }

  show({ messages, hasRoles, left }: Rendered): void {
    const before = this.#drawn;
    this.#drawn = messages.map((message, index) => {
      const of = JSON.stringify([hasRoles, message]);
      const same = before[index]?.of === of ? before[index] : undefined;
      return same ?? { of, ...sectionOf(message, hasRoles, index) };
    });
    const sections: HTMLElement[] = this.#drawn.map(({ section }) => section);
    if (messages.length === 0)
      sections.push(element('p', { class: 'note' }, 'The prompt renders to nothing.'));
    if (left > 0)
      sections.push(
        element(
          'p',
          { class: 'note' },
          `${left.toLocaleString()} more characters are not shown. Copying includes them all.`,
        ),
      );
    if (
      this.#root.childElementCount !== sections.length ||
      sections.some((each, at) => this.#root.children[at] !== each)
    )
      this.#root.replaceChildren(...sections);
    this.#marks = this.pieces.flatMap(({ node, source }) =>
      node instanceof HTMLElement ? [{ mark: node, source }] : [],
    );
    if (!this.#marks.some(({ mark }) => mark.tabIndex === 0)) this.#makeStop(this.#marks[0]?.mark);
  }

  /** Links to the source, in drawing order. */
  get pieces(): readonly DrawnPiece[] {
    return this.#drawn.flatMap(({ pieces }) => pieces);
  }

  /** Highlights the marks at the caret in the source. */
  highlight(caret: Caret | null): void {
    let first: HTMLElement | undefined;
    for (const { mark, source } of this.#marks) {
      const isAt =
        caret !== null &&
        source.prompt === caret.prompt &&
        source.start <= caret.offset &&
        caret.offset <= source.end;
      if (isAt) first ??= mark;
      mark.classList.toggle('at-caret', isAt);
    }
    first?.scrollIntoView({ block: 'nearest' });
  }

  #indexOf(target: EventTarget | null | undefined): number {
    const mark = target instanceof Element ? target.closest('.mark') : null;
    return mark === null ? -1 : this.#marks.findIndex(each => each.mark === mark);
  }

  #reveal(target: EventTarget | null): boolean {
    const found = this.#marks[this.#indexOf(target)];
    if (found !== undefined) this.#onReveal(found.source);
    return found !== undefined;
  }

  /** All marks are a single tab stop; the arrow keys move between them. */
  #key(event: KeyboardEvent): void {
    const at = this.#indexOf(event.target);
    if (at < 0) return;
    const last = this.#marks.length - 1;
    const to = {
      ArrowRight: Math.min(at + 1, last),
      ArrowDown: Math.min(at + 1, last),
      ArrowLeft: Math.max(at - 1, 0),
      ArrowUp: Math.max(at - 1, 0),
      Home: 0,
      End: last,
    }[event.key];
    if (to !== undefined) this.#marks[to]?.mark.focus();
    else if (event.key !== 'Enter' && event.key !== ' ') return;
    else this.#reveal(event.target);
    event.preventDefault();
  }

  #makeStop(target: EventTarget | null | undefined): void {
    const found = this.#marks[this.#indexOf(target)];
    if (found === undefined) return;
    for (const { mark } of this.#marks) if (mark.tabIndex === 0) mark.tabIndex = -1;
    found.mark.tabIndex = 0;
  }
}

interface Section {
  readonly section: HTMLElement;
  readonly pieces: readonly DrawnPiece[];
}

function sectionOf({ role, metadata, parts }: TracedMessage, hasRoles: boolean, index: number): Section {
  const isHistory = metadata?.['purpose'] === 'history';
  const name = isHistory ? `${role}, earlier` : role;
  const section = element('section', { 'aria-label': hasRoles ? `Message ${index + 1}: ${name}` : 'Text' });
  if (hasRoles) section.append(element('h2', {}, name));
  const pieces: DrawnPiece[] = [];
  for (const part of parts) section.append(partOf(part, pieces));
  return { section, pieces };
}

function partOf(part: TracedPart, pieces: DrawnPiece[]): HTMLElement {
  if (part.kind === 'media') {
    const type = part.contentType === undefined ? 'Media' : `Media, ${part.contentType}`;
    return element('p', { class: 'media' }, `${type}: `, linkTo(part.url));
  }
  if (part.kind === 'other')
    return element('pre', { class: 'other', 'aria-label': 'Other content' }, part.json);
  const text = element('div', { class: 'text' });
  const stretches = part.stretches.values();
  let stretch = stretches.next();
  let done = 0;
  // Ranges end at values, so each is a single text node.
  const appendPlain = (end: number) => {
    if (end <= done) return;
    const node = document.createTextNode(part.text.slice(done, end));
    text.append(node);
    for (; !stretch.done && stretch.value.end <= end; stretch = stretches.next()) {
      const { source, start, end: last } = stretch.value;
      pieces.push({ source, node, start: start - done, end: last - done });
    }
    done = end;
  };
  for (const span of part.spans) {
    appendPlain(span.start);
    const mark = markOf(span, part.text.slice(span.start, span.end));
    text.append(mark);
    pieces.push({ source: span.source, node: mark, start: 0, end: 0 });
    done = span.end;
  }
  appendPlain(part.text.length);
  return text;
}

/** A link if it points to the web; only the browser loads it. */
function linkTo(url: string): HTMLElement {
  const isWeb = /^https?:\/\//i.test(url);
  return isWeb ? element('a', { href: url }, url) : element('code', {}, url.slice(0, MAX_URL));
}

function markOf({ kind, expression }: TracedSpan, text: string): HTMLElement {
  const isMissing = kind === 'missing';
  return element(
    'span',
    {
      class: isMissing ? 'mark missing' : text === '' ? 'mark empty' : 'mark',
      role: 'link',
      tabindex: '-1',
      title: isMissing ? `${expression} is missing` : expression,
      // The style sheet draws placeholders, so that a copied selection is only the text.
      'data-expression': isMissing ? expression : undefined,
      'aria-label': isMissing ? `Missing: ${expression}` : text === '' ? `Empty: ${expression}` : undefined,
    },
    text,
  );
}
