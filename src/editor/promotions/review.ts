/**
 * Review Promotion: shows what would change in VS Code's own diff editor, with documents that belong to this review.
 */
import * as vscode from 'vscode';
import type { Promotion } from '../../contract/promotions.ts';
import type { VersionNumber } from '../../core/version.ts';
import { registerCommand } from '../commands.ts';
import { showChange } from '../compare/show-change.ts';
import { shortName } from '../compare/titles.ts';
import { setContext } from '../context-keys.ts';
import { EMBEDDED, versionUriParts } from '../versions/uri.ts';
import { placeOf } from '../wording/place.ts';
import type { Workbench } from '../workbench.ts';
import { permittedActions } from './groups.ts';
import { namedPromotion, promotionInFront } from './named-promotion.ts';

export function registerReview(workbench: Workbench): vscode.Disposable {
  const { session, promotions, report } = workbench;
  const show = () => {
    const id = promotions.pageInFront ?? promotionInFront(session.registry);
    const promotion = id === undefined ? undefined : promotions.find(id);
    const actions =
      promotion === undefined ? [] : permittedActions(promotion, session.keys.get(promotion.environment));
    setContext('promptforge.review', actions.length === 0 ? '' : `:${actions.join(':')}:`);
  };
  return vscode.Disposable.from(
    vscode.window.tabGroups.onDidChangeTabs(show),
    vscode.window.onDidChangeActiveTextEditor(show),
    promotions.onDidChange(show),
    promotions.onDidChangePage(show),
    registerCommand('reviewPromotion', 'Opening the review', report, async argument => {
      const promotion = await namedPromotion(argument, workbench, {
        title: 'Review Promotion',
        admits: () => true,
      });
      if (promotion !== undefined) await showReview(workbench, promotion);
    }),
  );
}

export async function showReview(workbench: Workbench, promotion: Promotion): Promise<void> {
  const { id, prompt, from, version } = promotion;
  if (from === null) {
    const { areReadable } = await import('../versions/readable.ts');
    if (!(await areReadable(workbench, [{ prompt, version }]))) return;
    const uri = reviewUri(workbench.session.registry, promotion, version);
    await vscode.window.showTextDocument(uri, { preview: true });
  } else {
    const shown = {
      title: reviewTitle(shortName(prompt, workbench.prompts.listed.keys()), promotion),
      promotion: id,
    };
    await showChange(workbench, prompt, { version: from }, { version }, shown);
  }
}

/** `Review triage: @11 ↔ @12 → production`. @param name from `shortName` */
export function reviewTitle(name: string, promotion: Promotion): string {
  return `Review ${name}: @${promotion.from} ↔ @${promotion.version} → ${placeOf(promotion)}`;
}

/** One side of a promotion's review: a separate document of the version. */
export function reviewUri(
  registry: string | undefined,
  { prompt, id }: Pick<Promotion, 'prompt' | 'id'>,
  version: VersionNumber,
): vscode.Uri {
  return vscode.Uri.from(versionUriParts({ registry: registry ?? EMBEDDED, prompt, version, promotion: id }));
}
