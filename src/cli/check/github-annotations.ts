/** Findings as annotations of GitHub Actions (docs.github.com, "Workflow commands": `::error file=…,line=…::message`). */
import { visibleLines } from '../../core/visible-text.ts';
import type { CheckFinding } from './finding.ts';
import { pathFrom } from './source-root.ts';

/** Returns one workflow command; line breaks in the finding are escaped. */
export function annotationOf(finding: CheckFinding, root: string): string {
  const { level, code, message, line, column, endLine, endColumn } = finding;
  const properties: [string, string | number][] = [
    ['file', pathFrom(root, finding.file)],
    ['line', line],
    ['endLine', endLine],
  ];
  // GitHub only supports columns within a single line.
  if (line === endLine) properties.push(['col', column], ['endColumn', endColumn]);
  if (code !== undefined) properties.push(['title', code]);
  const told = properties.map(([name, value]) => `${name}=${escapedProperty(String(value))}`);
  return `::${level} ${told.join(',')}::${escapedData(visibleLines(message))}`;
}

/** Escapes the text after the second `::` like `@actions/core`. */
function escapedData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapedProperty(text: string): string {
  return escapedData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
