/** A prompt as the registry knows it now. */
import type { PromptSummary } from '../../contract/prompts.ts';
import type { PromptName } from '../../core/name.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';

/** The pointers as they are now: what is shown in the question must be what is there. */
export async function freshSummary({ session }: Workbench, prompt: PromptName): Promise<PromptSummary> {
  const client = await session.clientFor({ kind: 'read' });
  return inProgress(`Looking up ${prompt}`, signal => client.getPrompt(prompt, signal));
}
