/**
 * Determines the promotion that a command applies to: the view's node, the active review, its id, or the person's
 * choice.
 */
import * as vscode from 'vscode';
import type { Promotion } from '../../contract/promotions.ts';
import { documentsIn } from '../versions/tab-documents.ts';
import { parseResolvedUri, parseVersionUri } from '../versions/uri.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { groupsOf } from './groups.ts';
import { groupTitle, promotionOption } from './labels.ts';
import type { PromotionNode } from './promotions-view.ts';
import { knownStandings } from './standing.ts';

/** Undefined if the person cancels. `admits` filters the choices, not a named promotion. */
export async function namedPromotion(
  argument: unknown,
  { promotions, prompts, session, ask }: Workbench,
  question: { readonly title: string; readonly admits: (promotion: Promotion) => boolean },
): Promise<Promotion | undefined> {
  if (isPromotionNode(argument)) return argument.promotion;
  const id =
    typeof argument === 'string' ? argument : (promotions.pageInFront ?? promotionInFront(session.registry));
  if (id !== undefined)
    return promotions.find(id) ?? (await session.clientFor({ kind: 'read' })).getPromotion(id);
  await session.clientFor({ kind: 'read' }); // reports what is missing
  await promotions.load();
  const now = Date.now();
  const standings = knownStandings(promotions, prompts);
  const names = session.environments.map(({ name }) => name);
  const options = groupsOf(promotions.promotions.filter(question.admits), names, environment =>
    session.keys.get(environment),
  ).flatMap(group =>
    group.promotions.map((promotion, index) => ({
      ...promotionOption(promotion, standings.of(promotion), now),
      ...(index === 0 && { heading: groupTitle(group) }),
    })),
  );
  if (options.length === 0) {
    await ask.tell('info', `${question.title}: there is nothing to select.`);
    return undefined;
  }
  return ask.pick({ title: question.title, placeholder: 'Select a promotion', options, isFollowed: true });
}

/**
 * Fetches the promotion's current state: a list may be outdated, or from the registry that the window was connected to
 * before.
 * @throws Error if the registry has another promotion with this id; and as the registry client
 */
export async function promotionNow(
  named: Promotion,
  { session }: Pick<Workbench, 'session'>,
): Promise<Promotion> {
  const client = await session.clientFor({ kind: 'read' });
  const now = await inProgress('Fetching the promotion', signal => client.getPromotion(named.id, signal));
  checkIsSame(named, now);
  return now;
}

/** @throws Error if two promotions have the same id, because each registry counts its own from 1 */
export function checkIsSame(named: Promotion, now: Promotion | undefined): void {
  const said = (each: Promotion | undefined) =>
    each && [each.prompt, each.version, each.environment, each.channel, each.requestedAt].join(' ');
  if (said(named) !== said(now))
    throw new Error(
      `This promotion of ${named.prompt}@${named.version} belongs to another registry than the one this window is connected to. Nothing was done.`,
    );
}

/** The id of the promotion in the active review. @param registry that the window is connected to */
export function promotionInFront(registry: string | undefined): string | undefined {
  return promotionIn(vscode.window.tabGroups.activeTabGroup.activeTab, registry);
}

/** The id of the promotion whose review a tab shows; undefined for another registry, which has its own ids. */
export function promotionIn(tab: vscode.Tab | undefined, registry: string | undefined): string | undefined {
  const addresses = documentsIn(tab).map(uri => parseVersionUri(uri) ?? parseResolvedUri(uri));
  return addresses.find(address => address?.promotion !== undefined && address.registry === registry)
    ?.promotion;
}

function isPromotionNode(value: unknown): value is Extract<PromotionNode, { kind: 'promotion' }> {
  return (
    typeof value === 'object' &&
    value !== null &&
    (value as { kind?: unknown }).kind === 'promotion' &&
    'promotion' in value
  );
}
