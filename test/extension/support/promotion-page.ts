/** The page of a promotion as its script has it: what the extension tells it. */
import type { PromotionContent, ToPromotionPage } from '../../../src/editor/promotion-page/messages.ts';
import type { PromotionPanel } from '../../../src/editor/promotion-page/panel.ts';

export interface Overheard {
  /** What it shows; undefined before it was told anything. */
  readonly content: PromotionContent | undefined;
  /** What it was told last. */
  readonly last: ToPromotionPage | undefined;
}

/** From now on, and what it shows now. */
export async function overhear(page: PromotionPanel): Promise<Overheard> {
  const told: ToPromotionPage[] = [];
  const { webview } = page.panel;
  const post = webview.postMessage.bind(webview);
  webview.postMessage = (message: ToPromotionPage) => {
    told.push(message);
    return post(message);
  };
  await page.receive({ type: 'ready' });
  return {
    get content() {
      return told.findLast(message => message.type === 'content')?.content;
    },
    get last() {
      return told.at(-1);
    },
  };
}
