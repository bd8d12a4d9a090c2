/** Switch Project…: selects which of its projects the window shows, and remembers it for the workspace. */
import type * as vscode from 'vscode';
import { registerCommand } from '../commands.ts';
import { registryName } from '../status/words.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import type { OpenProject } from './find-project.ts';

export function registerSwitchProject(workbench: Workbench): vscode.Disposable {
  return registerCommand('switchProject', 'Switching the project', workbench.report, argument =>
    switchProject(workbench, typeof argument === 'string' ? argument : undefined),
  );
}

/** @param root of the project; undefined to ask the person */
async function switchProject(workbench: Workbench, root: string | undefined): Promise<void> {
  const { session, prompts, ask } = workbench;
  const { projects } = session;
  if (projects.length < 2) {
    await ask.tell(
      'info',
      'There is no other project. Add a folder with a promptforge.json to the workspace.',
    );
    return;
  }
  const chosen =
    root ??
    (await ask.pick({
      title: 'Switch Project',
      placeholder: 'Select the project that this window shows',
      options: projects.map(each => ({
        label: each.name,
        icon: each.isShown ? 'check' : 'root-folder',
        description: [...(each.isShown ? ['shown now'] : []), registryWords(each)].join(' · '),
        detail: each.root,
        value: each.root,
      })),
    }));
  const found = session.projects.find(each => each.root === chosen);
  if (found === undefined || found.isShown) return;
  await session.show(found.root);
  await inProgress(`Switching to ${found.name}`, () => prompts.refresh(), false);
}

function registryWords({ project }: OpenProject): string {
  return project === undefined ? 'promptforge.json is not valid' : registryName(project.registry);
}
