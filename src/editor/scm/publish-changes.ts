/** Publishes from the Source Control view: with the message in its box, or after asking for one. */
import * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import { isBlank } from '../../core/visible-text.ts';
import { draftOfFiles } from '../asking/draft-name.ts';
import { publishMany } from '../publish/publish-many.ts';
import { isComplete, messageForMany, publishedMany } from '../publish/publish-many-words.ts';
import type { SourceDiagnostics } from '../publish/source-diagnostics.ts';
import { renamedNote, validateMessage } from '../publish/words.ts';
import { counted } from '../wording/age.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import type { PromptSourceControl } from './source-control.ts';

/** The maximum number of notes in a message. */
const MOST_NOTES = 3;

/** @param view whose message is used if there is one, and cleared when everything is published */
export async function publishChanges(
  workbench: Workbench,
  diagnostics: SourceDiagnostics,
  view: Pick<PromptSourceControl, 'message' | 'sent'> | undefined,
  names: readonly PromptName[],
): Promise<void> {
  const { session, prompts, ask, walkthrough } = workbench;
  if (names.length === 0) {
    await ask.tell('info', 'There is nothing to publish: no prompt was changed here.');
    return;
  }
  const copy = await prompts.workingCopy();
  if (copy === undefined) throw new Error('No prompts folder is open.');
  const typed = view?.message ?? '';
  const draft = draftOfFiles('publish several', session);
  const message = isBlank(typed)
    ? await ask.text({ ...messageForMany(names), draft, validate: validateMessage })
    : typed;
  if (message === undefined) return;
  const why = validateMessage(message);
  if (why !== undefined) throw new Error(why);
  const client = await session.clientFor({ kind: 'publish' });
  const [only] = names;
  const title = names.length === 1 ? `Publishing ${only}` : `Publishing ${counted(names.length, 'prompt')}`;
  const renamed = new Map(names.map(name => [name, prompts.listed.get(name)?.renamedFrom?.prompt]));
  const outcomes = await inProgress(title, signal =>
    publishMany({ workbench, diagnostics, copy, client, message: message.trim(), signal }, names),
  );
  const isDone = isComplete(outcomes);
  if (isDone) {
    view?.sent(message);
    ask.sent(draft);
  }
  const published = outcomes.filter(({ kind }) => kind === 'published');
  if (published.length > 0) walkthrough.done('publish');
  const [first] = published;
  const notes = published.flatMap(({ prompt }) => {
    const from = renamed.get(prompt);
    return from === undefined ? [] : [`${prompt}: ${renamedNote(from)}`];
  });
  const promote = isDone && published.length === 1 ? ['Promote…'] : [];
  void ask
    .tell(
      isDone ? 'info' : 'warning',
      [publishedMany(outcomes), ...notes.slice(0, MOST_NOTES)].join(' '),
      ...promote,
      ...(isDone ? [] : ['Show Log']),
    )
    .then(chosen => {
      if (chosen === 'Show Log') return vscode.commands.executeCommand('promptforge.showLog');
      if (chosen !== 'Promote…' || first?.kind !== 'published') return undefined;
      return vscode.commands.executeCommand('promptforge.promote', first.prompt, first.version);
    });
}
