/** The newest rendering of a preview's subject: started after a pause in typing, and restarted with each change. */
import { isCanceled, messageOf } from '../problems/explain.ts';
import type {
  PreviewFileRequest,
  PreviewOutcome,
  PreviewRendered,
  PreviewRequest,
} from './renderer/outcome.ts';
import type { PreviewRenderer } from './renderer/preview-renderer.ts';

/** The time without a keystroke before rendering, in ms. */
const DEBOUNCE = 100;

export interface RenderingParts {
  readonly renderer: PreviewRenderer;
  /** Creates the request for the current subject; undefined while nothing can be rendered. */
  request(): Promise<PreviewRequest | PreviewFileRequest> | undefined;
  /** Called after each rendering, failed or not. */
  onOutcome(): void;
}

export class NewestRendering {
  readonly #parts: RenderingParts;
  #running: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;
  #outcome: PreviewOutcome | undefined;
  #rendered: PreviewRendered | undefined;
  #edits = 0;
  #editsRendered = 0;

  constructor(parts: RenderingParts) {
    this.#parts = parts;
  }

  /** Undefined before the first one ends. */
  get outcome(): PreviewOutcome | undefined {
    return this.#outcome;
  }

  /** The last successful rendering; later ones may have failed. */
  get rendered(): PreviewRendered | undefined {
    return this.#rendered;
  }

  /** The number of changes so far. */
  get edits(): number {
    return this.#edits;
  }

  /** The number of changes that the outcome includes. */
  get editsRendered(): number {
    return this.#editsRendered;
  }

  /** Drops the outcomes and ends a rendering under way, because another prompt is shown. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#running?.abort();
    this.#outcome = undefined;
    this.#rendered = undefined;
  }

  /** Renders after a pause in the changes; to be called with each change. */
  schedule(): void {
    this.#edits += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.run(), DEBOUNCE);
  }

  /** Renders now, replacing any rendering in progress. Never rejects. */
  async run(): Promise<void> {
    clearTimeout(this.#timer);
    const edits = this.#edits;
    const request = this.#parts.request();
    if (request === undefined) return;
    this.#running?.abort();
    const controller = new AbortController();
    this.#running = controller;
    try {
      const outcome = await this.#parts.renderer.render(await request, controller.signal);
      if (controller.signal.aborted) return;
      this.#outcome = outcome;
    } catch (error) {
      if (controller.signal.aborted || isCanceled(error)) return;
      this.#outcome = { kind: 'problem', message: messageOf(error) };
    }
    this.#editsRendered = edits;
    if (this.#outcome.kind === 'rendered') this.#rendered = this.#outcome;
    this.#parts.onOutcome();
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#running?.abort();
  }
}
