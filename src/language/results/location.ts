/** A place in one of several texts, such as a definition or a reference. */
import type { Span } from './span.ts';

export interface Location {
  readonly uri: string;
  readonly span: Span;
}
