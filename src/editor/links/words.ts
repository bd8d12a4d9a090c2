/** The sentences about a link that opens a version, a promotion or owners. Its registry is quoted by its address, in ASCII. */
import { isLoopback } from '../../client/address.ts';
import type { EditorLink } from '../../core/editor-link.ts';
import { oneLine } from '../../core/visible-text.ts';
import type { Confirmation } from '../asking/ask.ts';
import { registryName } from '../status/words.ts';
import { EMBEDDED } from '../versions/uri.ts';

export const NO_FOLDER =
  'The link was not opened: this window has no folder. Open the folder for your prompts, then the link again.';
export const NOT_TRUSTED =
  'The link was not opened: this workspace is not trusted, so nothing is sent to a registry from it.';

/** @param why as a sentence */
export function wrongLink(why: string): string {
  return `The link was not opened. ${oneLine(why)} Ask the sender for a correct one.`;
}

/** For a link that arrives while another one waits for an answer. */
export function waits(link: EditorLink): string {
  return `The link to ${nameOf(link)} was not opened, because another link is waiting for your answer. Open it again afterward.`;
}

/** Before the window connects to a registry that none of its projects names. @param now the registry it is connected to */
export function connectQuestion(registry: string, now: string | undefined): Confirmation {
  const host = new URL(registry).host;
  const lines = [
    `The link leads to ${registry}, which this window does not know. Connect only if you know this registry: it then gets your requests, and asks for a key.`,
    ...(isLoopback(new URL(registry).hostname) ? ['It is an address on this machine.'] : []),
    ...(host.includes('xn--')
      ? ['Its name contains letters other than a–z, which can look like another name.']
      : []),
    ...(now === undefined
      ? ['promptforge.json in your folder will name it.']
      : [
          `promptforge.json names ${now === EMBEDDED ? 'the embedded registry' : registryName(now)} now, and will name it instead.`,
        ]),
    'None of your keys is sent to it.',
  ];
  return {
    message: `Connect to ${host}?`,
    detail: lines.join('\n\n'),
    button: `Connect to ${host}`,
    severity: 'warning',
  };
}

/** Before the window shows another one of its projects. */
export function switchQuestion(project: string, registry: string): Confirmation {
  return {
    message: `Switch to ${oneLine(project)}?`,
    detail: `The link leads to ${registryName(registry)}, the registry of this project. The window shows another one now.`,
    button: `Switch to ${oneLine(project)}`,
  };
}

function nameOf(link: EditorLink): string {
  if (link.kind === 'owners') return `the owners of ${link.environment}`;
  return link.kind === 'version' ? `${link.prompt}@${link.version}` : `promotion ${link.id}`;
}
