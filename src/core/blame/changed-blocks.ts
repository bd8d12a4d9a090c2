/** Finds the blocks of a text that an edit replaces. Reads only those around the edit, however long the text is. */
import { commonPrefix, commonSuffix } from '../common-ends.ts';
import { BlockReader, type TextBlock } from './blocks.ts';

export interface BlockText {
  readonly text: string;
  readonly blocks: readonly TextBlock[];
  readonly frontMatterEnd: number;
}

/** `blocks` replace the previous text's blocks from index `start` to `end` (exclusive). */
export interface ChangedBlocks {
  readonly start: number;
  readonly end: number;
  readonly blocks: readonly TextBlock[];
}

/** @param frontMatterEnd offset of the end of the front matter of `text` */
export function changedBlocks(before: BlockText, text: string, frontMatterEnd: number): ChangedBlocks {
  const prefix = commonPrefix(before.text, text);
  const suffix = commonSuffix(before.text, text, Math.min(before.text.length, text.length) - prefix);
  const isOtherFrontMatter = frontMatterEnd !== before.frontMatterEnd;
  const { blocks } = before;
  let start = 0;
  let from = 0;
  // An edit does not affect a block whose end depends only on text that both versions share.
  for (; !isOtherFrontMatter && start < blocks.length; start++) {
    const block = blocks[start] as TextBlock;
    if (from + block.reach > prefix) break;
    from += block.text.length;
  }
  const reader = new BlockReader(text, frontMatterEnd, from, blocks[start]?.fence ?? '');
  const made: TextBlock[] = [];
  const moved = text.length - before.text.length;
  /** From this offset on, both texts are the same and are read in the same way. */
  const sameFrom = Math.max(text.length - suffix, frontMatterEnd, before.frontMatterEnd + moved);
  let end = start;
  let oldAt = from;
  while (!reader.isAtEnd) {
    made.push(reader.read());
    for (; end < blocks.length && oldAt < reader.at - moved; end++) oldAt += blocks[end]?.text.length ?? 0;
    const isThere = reader.at >= sameFrom && oldAt === reader.at - moved;
    if (isThere && !reader.isAtEnd && blocks[end]?.fence === reader.fence)
      return { start, end, blocks: made };
  }
  return { start, end: blocks.length, blocks: made };
}
