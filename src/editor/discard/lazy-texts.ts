/** The store of discarded texts, loaded on first use. */
import * as vscode from 'vscode';
import type { DiscardedTexts } from './discarded-texts.ts';

export type LazyDiscardedTexts = () => Promise<DiscardedTexts>;

/** @param storage a folder of this workspace's for data that survives a reload */
export function lazyDiscardedTexts(storage: vscode.Uri): LazyDiscardedTexts {
  let texts: Promise<DiscardedTexts> | undefined;
  return () => {
    texts ??= import('./discarded-texts.ts').then(
      ({ DiscardedTexts }) => new DiscardedTexts(vscode.Uri.joinPath(storage, 'discarded')),
    );
    return texts;
  };
}
