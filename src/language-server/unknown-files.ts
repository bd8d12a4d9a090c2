/**
 * Finds files that a prompt refers to and that were not reported. The disk is checked before they are diagnosed as
 * missing, because file watchers report late, or miss a file that was created together with its folder.
 */
import { fileURLToPath } from 'node:url';
import { PROMPT_FILE_EXTENSION, type PromptName, partialCandidates } from '../core/name.ts';
import type { Library, LibraryPrompt } from '../language/analysis/library.ts';
import { partialsOf } from '../language/features/diagnostics/partials.ts';
import { type DiskFileEntry, type OpenDocument, SAMPLES_EXTENSION } from './files.ts';

/** More than any prompt uses, and few enough to check on the disk at each keystroke. */
const MAX_FILES = 200;

/**
 * Possible files of partials that the document uses, directly or indirectly, and that the library lacks; for samples,
 * the file of their prompt. Empty for a document that is not a file in the prompts folder.
 */
export function unknownFiles(
  { uri, role, name }: Pick<OpenDocument, 'uri' | 'role' | 'name'>,
  library: Library,
): DiskFileEntry[] {
  if (name === undefined || (role !== 'prompt' && role !== 'samples')) return [];
  const end = name + (role === 'samples' ? SAMPLES_EXTENSION : PROMPT_FILE_EXTENSION);
  // Files of virtual folders are reported by the editor alone: asking for each might need a request to a server.
  if (!uri.startsWith('file:') || !uri.endsWith(`/${end}`)) return [];
  // Names need no encoding, so the text before one is the prompts folder.
  const folder = uri.slice(0, -end.length);
  const prompt = role === 'samples' ? library.prompt(name) : library.at(uri);
  const names = prompt === undefined ? [name] : absentPartials(prompt, library);
  return names.map(each => {
    const file = folder + each + PROMPT_FILE_EXTENSION;
    return { uri: file, path: fileURLToPath(file), role: 'prompt', name: each };
  });
}

function absentPartials(prompt: LibraryPrompt, library: Library): PromptName[] {
  const absent = new Set<PromptName>();
  const reached = new Set([prompt]);
  for (const user of reached) {
    const asked = new Set<string>();
    for (const { name } of partialsOf(user)) {
      if (absent.size >= MAX_FILES) return [...absent];
      if (user.name === undefined || name === undefined || asked.has(name.name)) continue;
      asked.add(name.name);
      const found = library.partial(user.name, name.name);
      if (found !== undefined) reached.add(found);
      else for (const candidate of partialCandidates(user.name, name.name)) absent.add(candidate);
    }
  }
  return [...absent];
}
