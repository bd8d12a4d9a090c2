/** Mentions once per working copy that a .gitattributes preserves line endings. */
import { GitAttributes } from '../../workspace/git-attributes.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import { line, say } from '../output.ts';

/** Prints the hint, unless .gitattributes has a rule for prompts or the hint was shown before. */
export async function hintAtAttributes(root: string): Promise<void> {
  const attributes = new GitAttributes(root, nodeFileSystem);
  if (!(await attributes.isToOffer({ isHint: true }))) return;
  await say(
    line`Git converts line endings at checkout here. PromptForge does not count that as an edit. Add "*.prompt text eol=lf" to .gitattributes to keep them the same on every machine.`,
  );
  await attributes.note('hinted');
}
