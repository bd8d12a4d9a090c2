/** What `promptforge render` does. */

import { renderFile } from '../../workspace/file-partials.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import { print, printJson } from '../output.ts';
import { partialsRoot } from '../partials-root.ts';
import { readInput } from '../read-input.ts';

export interface RenderOptions {
  readonly input?: string;
  readonly strict?: true;
  readonly json?: true;
}

/** @throws Problem, WorkspaceError or CommandFailure: what is wrong with the prompt, the input or their files */
export async function renderToStdout(file: string, { input, strict, json }: RenderOptions): Promise<void> {
  const rendered = await renderFile({
    file,
    root: await partialsRoot(file, nodeFileSystem),
    input: input === undefined ? {} : await readInput(input),
    strict: strict ?? false,
    fileSystem: nodeFileSystem,
  });
  if (json) await printJson({ messages: rendered.messages });
  else await print(rendered.text);
}
