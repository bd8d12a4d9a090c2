/** One rule of Dotprompt's specification (github.com/google/dotprompt, spec), and an example of our own that shows it. */
import type { Message, Part } from 'dotprompt';

export interface Rule {
  readonly rule: string;
  readonly source: string;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly messages?: readonly Message[];
  readonly context?: Readonly<Record<string, unknown>>;
  /** By the name a template calls them. */
  readonly partials?: Readonly<Record<string, string>>;
  /** Why the `dotprompt` package 1.1.2 gives something else. */
  readonly differs?: string;
  /** The messages, or the text of one of the user. */
  readonly gives: string | readonly Message[];
}

/** A message of one text, or of these parts. */
export function said(
  role: string,
  content: string | readonly Part[],
  metadata?: Readonly<Record<string, unknown>>,
): Message {
  const parts = typeof content === 'string' ? [{ text: content }] : [...content];
  return { role: role as Message['role'], content: parts, ...(metadata && { metadata }) };
}

/** What a rule's example comes to. */
export function expected({ gives }: Rule): readonly Message[] {
  return typeof gives === 'string' ? [said('user', gives)] : gives;
}
