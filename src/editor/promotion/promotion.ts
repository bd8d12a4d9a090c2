/** The commands Promote and Roll Back, whose code is loaded on first use. */
import * as vscode from 'vscode';
import { isVersionNumber } from '../../core/version.ts';
import { registerCommand } from '../commands.ts';
import { namedTarget, targetOf } from '../explorer/target.ts';
import type { Workbench } from '../workbench.ts';

export function registerPromotion(workbench: Workbench): vscode.Disposable {
  const { report } = workbench;
  return vscode.Disposable.from(
    registerCommand('promote', 'Promoting', report, async (argument, version) => {
      const named = await targetOf(argument, workbench, {
        title: 'Promote',
        admits: ({ summary }) => summary !== undefined && !summary.archived,
      });
      if (named === undefined) return;
      const { promote } = await import('./promote.ts');
      await promote(workbench, isVersionNumber(version) ? { ...named, version } : named);
    }),
    registerCommand('rollBack', 'Rolling back', report, async argument => {
      const [{ rollBack }, { pickPointer }] = await Promise.all([
        import('./roll-back.ts'),
        import('./pick-pointer.ts'),
      ]);
      const named = (await namedTarget(argument, workbench)) ?? (await pickPointer(workbench, ROLL_BACK));
      if (named !== undefined) await rollBack(workbench, named);
    }),
  );
}

const ROLL_BACK = {
  title: 'Roll Back',
  placeholder: 'Select what to roll back',
  none: 'No prompt is live anywhere, so there is nothing to roll back.',
};
