/** The commands on two environments, and on releases. Each is loaded when it is first used. */
import * as vscode from 'vscode';
import { registerCommand } from '../commands.ts';
import { setContext } from '../context-keys.ts';
import { permittedReleaseActions, type ReviewAction } from '../promotions/groups.ts';
import { placeOf } from '../wording/place.ts';
import type { Workbench } from '../workbench.ts';
import type { Pair } from './differences.ts';
import { RememberedTabs } from './remembered-tabs.ts';

export function registerReleases(workbench: Workbench): vscode.Disposable {
  const { report, session, promotions } = workbench;
  const compared: RememberedTabs<Pair> = new RememberedTabs(session, () =>
    setContext('promptforge.environmentsCompared', compared.inFront !== undefined),
  );
  /** Their ids. */
  const reviewed: RememberedTabs<string> = new RememberedTabs(session, () => showReviewActions());
  const showReviewActions = () => {
    const id = reviewed.inFront;
    const members = promotions.promotions.filter(({ release }) => id !== undefined && release?.id === id);
    const [first] = members;
    const actions =
      first === undefined ? [] : permittedReleaseActions(members, session.keys.get(first.environment));
    setContext('promptforge.releaseReview', actions.length === 0 ? '' : `:${actions.join(':')}:`);
  };
  const decision = (action: ReviewAction, title: string, doing: string) =>
    registerCommand(`${action}Release`, doing, report, async argument => {
      const { decideRelease } = await import('./decide-release.ts');
      await decideRelease(workbench, action, title, whereNamed(argument) ?? reviewed.inFront);
    });
  return vscode.Disposable.from(
    compared,
    reviewed,
    promotions.onDidChange(showReviewActions),
    registerCommand('compareEnvironments', 'Comparing', report, async argument => {
      const { compareEnvironments } = await import('./compare-environments.ts');
      await compareEnvironments(workbench, argument, compared);
    }),
    registerCommand('promoteRelease', 'Promoting', report, async argument => {
      const { promoteRelease } = await import('./promote-release.ts');
      await promoteRelease(workbench, whereNamed(argument), compared.inFront);
    }),
    registerCommand('reviewRelease', 'Opening the review', report, async argument => {
      const [{ namedRelease }, { openVersions }] = await Promise.all([
        import('./named-release.ts'),
        import('./compare-environments.ts'),
      ]);
      const question = { title: 'Review Release', admits: () => true };
      const release = await namedRelease(argument, workbench, question);
      if (release === undefined) return;
      const title = `Review release ${release.id} → ${placeOf(release)}`;
      reviewed.remember(title, release.id);
      await openVersions(workbench, title, release.promotions);
    }),
    registerCommand('rollBackRelease', 'Rolling back', report, async argument => {
      const { rollBackRelease } = await import('./roll-back-release.ts');
      await rollBackRelease(workbench, argument);
    }),
    decision('approve', 'Approve Release', 'Approving'),
    decision('reject', 'Reject Release', 'Rejecting'),
    decision('cancel', 'Cancel Release', 'Canceling the release'),
  );
}

/** An editor's title passes its document, which names no environment. */
function whereNamed(argument: unknown): unknown {
  return argument instanceof vscode.Uri ? undefined : argument;
}
