/** Findings as SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0), for code scanning. */
import packageJson from '../../../package.json' with { type: 'json' };
import type { CheckFinding } from './finding.ts';
import { pathFrom } from './source-root.ts';

/** The code of findings that only rendering can detect. */
const NO_CODE = 'invalid-prompt';
/** The root of the repository, which the log's consumer resolves. */
const ROOT_ID = 'SRCROOT';

/** @param root the folder that paths of files are relative to, absolute */
export function sarifOf(findings: readonly CheckFinding[], root: string): object {
  const rules = [...new Set(findings.map(({ code }) => code ?? NO_CODE))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'PromptForge',
            version: packageJson.version,
            rules: rules.map(id => ({ id })),
          },
        },
        originalUriBaseIds: { [ROOT_ID]: { description: { text: 'The root of the repository.' } } },
        columnKind: 'utf16CodeUnits',
        results: findings.map(finding => resultOf(finding, rules, root)),
      },
    ],
  };
}

function resultOf(finding: CheckFinding, rules: readonly string[], root: string): object {
  const { code = NO_CODE, level, message, line, column, endLine, endColumn } = finding;
  return {
    ruleId: code,
    ruleIndex: rules.indexOf(code),
    level,
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(pathFrom(root, finding.file)), uriBaseId: ROOT_ID },
          region: { startLine: line, startColumn: column, endLine, endColumn },
        },
      },
    ],
  };
}

/** A relative reference (RFC 3986): all but plain characters are percent-encoded, including colons. */
function uriOf(path: string): string {
  return path.toWellFormed().split('/').map(encodeURIComponent).join('/');
}
