/** The input of each previewed prompt: a sample, the defaults, or an edited input. */
import { equals } from '../../language/types/values.ts';
import type { InputDrafts } from '../asking/drafts.ts';
import type { Input } from './form.ts';

export interface Trial {
  /** The sample that the input is, or started from; null for only the defaults. */
  readonly sample: string | null;
  readonly input: Input;
  /** True if the input differs from the sample's. */
  readonly isEdited: boolean;
}

export interface NamedInput {
  readonly name: string;
  readonly input: Input;
}

const NOTHING: Trial = { sample: null, input: {}, isEdited: false };

/** Stores the person's inputs over a reload of the window, as text. */
type Kept = Pick<InputDrafts, 'of' | 'keep'>;

/** Stored by document, so that switching prompts loses nothing. */
export class Trials {
  readonly #kept: Kept | undefined;
  readonly #trials = new Map<string, Trial>();
  /** Samples to select once they are read, instead of the first one. */
  readonly #wanted = new Map<string, string | null>();
  #uri = '';
  #samples: readonly NamedInput[] = [];

  constructor(kept?: Kept) {
    this.#kept = kept;
  }

  /** The shown prompt's samples when they were last read without errors. */
  get samples(): readonly NamedInput[] {
    return this.#samples;
  }

  get current(): Trial {
    return this.#trials.get(this.#uri) ?? NOTHING;
  }

  /** The input from an earlier window, before the prompt is shown: an edited input, or a sample. */
  restore(uri: string, sample: string | null, input: Input | null): void {
    if (input === null) this.#wanted.set(uri, sample);
    else this.#trials.set(uri, { sample, input, isEdited: true });
  }

  /** Called when another prompt is shown, whose samples are not read yet. */
  goTo(uri: string): void {
    this.#uri = uri;
    this.#samples = [];
    const trial = this.#trials.has(uri) ? undefined : ownTrial(this.#kept?.of(uri));
    if (trial !== undefined) this.#trials.set(uri, trial);
  }

  /** Selects a sample, or for null only the defaults; does nothing if there is no such sample. */
  choose(sample: string | null): void {
    const input = this.#inputOf(sample);
    if (input !== undefined) this.set({ sample, input, isEdited: false });
  }

  /** Called when the person has edited the input. */
  edit(input: Input): void {
    const { sample } = this.current;
    this.set({ sample, input, isEdited: !equals(input, this.#inputOf(sample)) });
  }

  set(trial: Trial): void {
    this.#trials.set(this.#uri, trial);
    const { sample, input, isEdited } = trial;
    this.#kept?.keep(this.#uri, isEdited ? JSON.stringify({ sample, input }) : '');
  }

  /**
   * Called when the samples were read. A prompt without an input gets the requested or the first one; an unchanged
   * input follows its sample. While the file has errors, the previous contents are used.
   */
  read(samples: readonly NamedInput[], hasMistakes: boolean): void {
    const before = this.#trials.get(this.#uri);
    const isBroken = hasMistakes && before !== undefined;
    if (!isBroken || this.#samples.length === 0) this.#samples = samples;
    const first = samples[0]?.name ?? null;
    if (before === undefined) {
      const wanted = this.#wanted.get(this.#uri);
      this.#wanted.delete(this.#uri);
      const isThere = wanted !== undefined && this.#inputOf(wanted) !== undefined;
      this.choose(isThere ? wanted : first);
    } else if (!isBroken) {
      const isThere = this.#inputOf(before.sample) !== undefined;
      if (!before.isEdited) this.choose(isThere ? before.sample : first);
      else if (!isThere) this.set({ ...before, sample: null });
    }
  }

  #inputOf(sample: string | null): Input | undefined {
    return sample === null ? {} : this.#samples.find(({ name }) => name === sample)?.input;
  }
}

/** Undefined for an invalid stored text, such as one that was too long. */
function ownTrial(text: string | undefined): Trial | undefined {
  if (text === undefined) return undefined;
  try {
    const { sample, input } = JSON.parse(text);
    const isInput = typeof input === 'object' && input !== null && !Array.isArray(input);
    return isInput
      ? { sample: typeof sample === 'string' ? sample : null, input, isEdited: true }
      : undefined;
  } catch {
    return undefined; // the sample that it started from is shown instead
  }
}
