/** Fetches the current state of a prompt from the registry. */
import type { PromptSummary } from '../../contract/prompts.ts';
import type { PromptName } from '../../core/name.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';

/** Fetches the current pointers, because a confirmation must show the actual state. */
export async function freshSummary({ session }: Workbench, prompt: PromptName): Promise<PromptSummary> {
  const client = await session.clientFor({ kind: 'read' });
  return inProgress(`Looking up ${prompt}`, signal => client.getPrompt(prompt, signal));
}
