/** Finds the problems of a document once for both its diagnostics and its quick fixes. */
import type { CompilePattern } from '../core/schema/patterns.ts';
import type { Analysis } from '../language/analysis/analysis.ts';
import { diagnose } from '../language/features/diagnostics/diagnose.ts';
import type { Finding } from '../language/results/finding.ts';
import type { Span } from '../language/results/span.ts';
import type { PromptContext } from './documents.ts';

/** More fixes than a menu shows. */
const MAX_FIXED = 20;

/** Cached, because editors request fixes at every move of the cursor. */
const lastFindings = new WeakMap<Analysis, readonly Finding[]>();

/** @param compilePattern required if a schema has patterns */
export function findingsOf(
  { prompt, library, project, opened }: PromptContext,
  compilePattern?: CompilePattern,
): readonly Finding[] {
  if (opened.role !== 'prompt') return [];
  const found = diagnose(prompt, library, { frontMatterKeys: project.frontMatterKeys, compilePattern });
  lastFindings.set(prompt.analysis, found);
  return found;
}

export function lastFindingsOf(context: PromptContext): readonly Finding[] {
  return lastFindings.get(context.prompt.analysis) ?? diagnose(context.prompt, context.library);
}

export function touching(findings: readonly Finding[], { start, end }: Span): readonly Finding[] {
  return findings.filter(({ span }) => span.start <= end && start <= span.end).slice(0, MAX_FIXED);
}
