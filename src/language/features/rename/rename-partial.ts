/** Renames a partial at one of its calls. */
import { isPromptName, type PromptName, validatePromptName } from '../../../core/name.ts';
import { Problem } from '../../../core/problem.ts';
import type { Library } from '../../analysis/library.ts';
import type { PromptSymbol } from '../../analysis/symbol-at.ts';
import type { WorkspaceChange } from '../../results/edit.ts';
import { prefixOf, renamePrompt } from './rename-prompt.ts';

function refuse(message: string): never {
  throw new Problem('invalid_request', message);
}

/** @throws Problem `invalid_request` for an invalid name, or if a call would refer to another partial */
export function renamePartial(
  { partial, name }: PromptSymbol & { kind: 'partial' },
  newReference: string,
  library: Library,
): WorkspaceChange {
  const from = partial?.name;
  if (partial === undefined || from === undefined) return refuse(`There is no partial "${name}".`);
  return renamePrompt(partial, newNameOf(from, name, newReference.trim()), library);
}

/** The new form of `reference`: the folder in which it is looked up stays. */
function newNameOf(from: PromptName, reference: string, newReference: string): PromptName {
  const slash = newReference.lastIndexOf('/');
  const last = newReference.slice(slash + 1).replace(/^_/, '');
  const name = `${prefixOf(from, reference)}${newReference.slice(0, slash + 1)}_${last}`;
  const why = last === '' ? 'A partial needs a name.' : validatePromptName(name);
  return why === undefined && isPromptName(name) ? name : refuse(why ?? 'This is not the name of a partial.');
}
