/** A place in one of several texts, as definitions and references are. */
import type { Span } from './span.ts';

export interface Location {
  readonly uri: string;
  readonly span: Span;
}
