/** A renderer of previews for tests of what it renders: a busy machine may take its time. */

import { patience } from '../../scripts/host/patience.ts';
import {
  PREVIEW_LIMITS,
  type PreviewLimits,
  PreviewRenderer,
} from '../../src/editor/preview/renderer/preview-renderer.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';

const LONG = patience(120_000);

export class PatientPreview extends PreviewRenderer {
  readonly #limits: { -readonly [Limit in keyof PreviewLimits]: number };

  constructor(workerUrl = new URL('../../src/editor/preview/renderer/worker.ts', import.meta.url)) {
    const limits = { ...PREVIEW_LIMITS, start: LONG, render: LONG, load: LONG, count: LONG };
    super(workerUrl, nodeFileSystem, limits);
    this.#limits = limits;
  }

  /** Renders with the time that a rendering has for the reader of a preview. */
  async impatiently<T>(render: () => Promise<T>): Promise<T> {
    this.#limits.render = PREVIEW_LIMITS.render;
    try {
      return await render();
    } finally {
      this.#limits.render = LONG;
    }
  }
}
