/** Archives and restores prompts: live versions stay live, and nothing is deleted. */
import { commands } from 'vscode';
import type { PromptName } from '../../core/name.ts';
import type { Dialogs } from '../asking/ask.ts';
import { draftName } from '../asking/draft-name.ts';
import { argumentOf, type FocusedNode, isNode, targetOf } from '../explorer/target.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';

export async function archivePrompt(
  workbench: Workbench,
  focused: FocusedNode,
  argument: unknown,
): Promise<void> {
  const { session, prompts, ask } = workbench;
  const chosen = await argumentOf(argument, focused);
  if (isNode(chosen) && chosen.kind !== 'prompt') {
    await ask.tell('info', 'Only a whole prompt can be archived. Select a prompt.');
    return;
  }
  const target = await targetOf(chosen, workbench, {
    title: 'Archive',
    admits: ({ summary }) => summary?.archived === false,
  });
  if (target === undefined) return;
  const { prompt } = target;
  const why = archiveErrorMessage(prompt, workbench);
  if (why !== undefined) {
    await ask.tell('info', why);
    return;
  }
  const client = await session.clientFor({ kind: 'archive' });
  const draft = draftName(`archive ${prompt}`, session);
  const reason = await ask.text({
    title: `Archive ${prompt}`,
    prompt: 'Enter a reason. It is kept permanently.',
    isFollowed: true,
    draft,
  });
  if (reason === undefined) return;
  const agreed = await ask.confirm({
    message: `Archive ${prompt}?`,
    detail:
      'It is no longer listed and cannot be published. Live versions stay live, and you can restore the prompt.',
    button: `Archive ${prompt}`,
  });
  if (!agreed) return;
  await inProgress(`Archiving ${prompt}`, signal => client.archive(prompt, reason, signal));
  ask.sent(draft);
  await prompts.refresh();
  void sayArchived(ask, prompt);
}

export async function restorePrompt(workbench: Workbench, argument: unknown): Promise<void> {
  const { session, prompts, ask } = workbench;
  const target = await targetOf(argument, workbench, {
    title: 'Restore',
    admits: ({ summary }) => summary?.archived === true,
  });
  if (target === undefined) return;
  const { prompt } = target;
  const client = await session.clientFor({ kind: 'archive' });
  const draft = draftName(`restore ${prompt}`, session);
  const reason = await ask.text({
    title: `Restore ${prompt}`,
    prompt: 'Enter a reason. It is kept permanently.',
    draft,
  });
  if (reason === undefined) return;
  await inProgress(`Restoring ${prompt}`, signal => client.restore(prompt, reason, signal));
  ask.sent(draft);
  await prompts.refresh();
  void ask.tell('info', `${prompt} is restored.`);
}

async function sayArchived(ask: Dialogs, prompt: PromptName): Promise<void> {
  const undo = await ask.tell('info', `${prompt} is archived. Live versions stay live.`, 'Undo…');
  if (undo !== undefined) await commands.executeCommand('promptforge.restore', prompt);
}

/** Key bindings also work where menus hide the command. */
function archiveErrorMessage(prompt: PromptName, { prompts, session }: Workbench): string | undefined {
  const listed = prompts.listed.get(prompt);
  if (listed?.summary?.archived === true) return `${prompt} is archived already.`;
  if (session.state.kind === 'connected' && listed?.state === 'new')
    return `${prompt} was never published, so there is nothing to archive. Delete its file in the Explorer.`;
  return undefined;
}
