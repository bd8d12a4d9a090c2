/** The fix for a finding. */
import type { TextEdit, WorkspaceChange } from '../../results/edit.ts';

export interface QuickFix {
  /** The label for a menu: `Declare "name" as string`. */
  readonly title: string;
  readonly change: WorkspaceChange;
  /** True if it is what the author most probably wants. */
  readonly isPreferred: boolean;
}

/** A fix by edits of one file. */
export function editing(
  uri: string,
  title: string,
  edits: readonly TextEdit[],
  isPreferred = false,
): QuickFix {
  return { title, change: { edits: new Map([[uri, edits]]) }, isPreferred };
}
