/** The whole change between two sides of a prompt: its source, its partials, and the inputs that callers provide. */
import { type ChangedPartial, changedPartials, type SourceWithPartials } from '../../core/changed-sources.ts';
import { callerInputs } from '../../core/inputs/caller-inputs.ts';
import { compareInputs, type InputChange } from '../../core/inputs/compare-inputs.ts';
import type { PromptName } from '../../core/name.ts';
import { readMetadata } from '../../core/render.ts';
import { sourceKindOf } from '../../core/source.ts';

export interface PromptChange {
  /** True if the prompt's own source differs. */
  readonly source: boolean;
  readonly partials: readonly ChangedPartial[];
  readonly inputs: readonly InputChange[];
}

/** @throws Problem `invalid_source` for a side that cannot be read */
export async function changeBetween(
  prompt: PromptName,
  from: SourceWithPartials,
  to: SourceWithPartials,
): Promise<PromptChange> {
  const inputs = async (side: SourceWithPartials) =>
    callerInputs(
      await readMetadata(side.source, prompt, { kind: sourceKindOf(prompt), isPublished: true }),
      side,
    );
  return {
    source: from.source !== to.source,
    partials: changedPartials(from, to),
    inputs: compareInputs(await inputs(from), await inputs(to)),
  };
}
