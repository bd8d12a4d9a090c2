/** Says once in a working copy that a .gitattributes keeps line endings as they are. */
import { GitAttributes } from '../../workspace/git-attributes.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import { line, say } from '../output.ts';

/** Never rejects. */
export async function hintAtAttributes(root: string): Promise<void> {
  const attributes = new GitAttributes(root, nodeFileSystem);
  if (!(await attributes.isToOffer({ isHint: true }))) return;
  await say(
    line`Git checks text files out with other line endings here, which is no edit. "*.prompt text eol=lf" in .gitattributes keeps them the same on every machine.`,
  );
  await attributes.note('hinted');
}
