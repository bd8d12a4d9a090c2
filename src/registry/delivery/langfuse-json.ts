/** Formats a delivery as the JSON that Langfuse's clients read. */
import type * as z from 'zod';
import { type langfusePrompt as langfuseSchema, PRODUCTION_LABEL } from '../../contract/langfuse.ts';
import { type Channel, STABLE } from '../../core/channel.ts';
import type { Limits } from '../../core/evaluate/limits.ts';
import { type LangfuseRequest, langfusePrompt } from '../../core/langfuse/langfuse-prompt.ts';
import type { PromptMetadata } from '../../core/render.ts';
import { sourceKindOf } from '../../core/source.ts';
import { parseVersionReference } from '../../core/version.ts';

export interface LangfuseWork extends Pick<LangfuseRequest, 'source' | 'partials'> {
  readonly metadata: PromptMetadata;
  /** Such as `support/triage@12`. */
  readonly reference: string;
  readonly channel: Channel | null;
}

/** @throws Problem as `langfusePrompt` does */
export function langfuseJson({ reference, channel, ...content }: LangfuseWork, limits?: Limits): string {
  const { prompt: name, version } = parseVersionReference(reference);
  const { model, config } = content.metadata;
  const body: z.input<typeof langfuseSchema> = {
    ...{ name, version },
    ...(langfusePrompt({ ...content, kind: sourceKindOf(name), label: reference }, limits) as Pick<
      z.input<typeof langfuseSchema>,
      'type' | 'prompt'
    >),
    config: { ...(model !== undefined && { model }), ...config },
    labels: channel === null ? [] : [channel === STABLE ? PRODUCTION_LABEL : channel],
    tags: [],
    commitMessage: null,
    resolutionGraph: null,
  };
  return JSON.stringify(body);
}
