/** Answers what is asked of the language worker: the language core's facts, with positions for offsets. */
import { Problem } from '../core/problem.ts';
import type { CompilePattern } from '../core/schema/patterns.ts';
import type { Analysis } from '../language/analysis.ts';
import { complete } from '../language/completion/complete.ts';
import { completeSamples } from '../language/completion/samples.ts';
import { definition, definitionInSamples } from '../language/definition.ts';
import { diagnose } from '../language/diagnostics/diagnose.ts';
import { diagnoseSamples } from '../language/diagnostics/diagnose-samples.ts';
import type { Finding } from '../language/finding.ts';
import { folding } from '../language/folding.ts';
import { format } from '../language/format.ts';
import { hover } from '../language/hover/hover.ts';
import { hoverInSamples } from '../language/hover/samples.ts';
import type { Library, LibraryPrompt, LibrarySamples } from '../language/library.ts';
import { linkedEditing } from '../language/linked-editing.ts';
import { quickFixes } from '../language/quick-fixes/quick-fixes.ts';
import { sampleFixes } from '../language/quick-fixes/sample-fixes.ts';
import { references, referencesInSamples } from '../language/references.ts';
import { prepareRename, prepareRenameInSamples, rename, renameInSamples } from '../language/rename.ts';
import { renamePrompt } from '../language/rename-prompt.ts';
import { selectionRanges } from '../language/selection-ranges.ts';
import { semanticTokens } from '../language/semantic-tokens.ts';
import type { Span } from '../language/span.ts';
import { symbols } from '../language/symbols.ts';
import type { FileRole } from './contract.ts';
import { encodeTokens } from './encode-tokens.ts';
import { type LocationConverter, placing } from './location-converter.ts';
import type { Queries, QueryMethod, Refusal } from './queries.ts';
import type { Texts } from './texts.ts';

// An answer is read in one piece by the thread that every extension of the window shares.
const MAX_REFERENCES = 5000;
/** As VS Code's own limit (`editor.foldingMaximumRegions`). */
const MAX_FOLDS = 5000;

interface Asked<Params> {
  readonly params: Params;
  readonly library: Library;
  readonly place: LocationConverter;
}

interface AskedOfPrompt<Params> extends Asked<Params> {
  readonly prompt: LibraryPrompt;
  readonly compilePattern: CompilePattern | undefined;
  readonly role: FileRole;
}

interface AskedOfSamples<Params> extends Asked<Params> {
  readonly samples: LibrarySamples;
  /** The one that the samples are for. */
  readonly prompt: LibraryPrompt | undefined;
}

type OfPrompts = {
  readonly [Method in QueryMethod]: (
    asked: AskedOfPrompt<Queries[Method]['params']>,
  ) => Queries[Method]['answer'];
};

type OfSamples = {
  readonly [Method in QueryMethod]?: (
    asked: AskedOfSamples<Queries[Method]['params']>,
  ) => Queries[Method]['answer'];
};

/** Queries that need only the document's text; all others first read the workspace's files. */
export const NEEDS_NO_FILES: ReadonlySet<QueryMethod> = new Set<QueryMethod>([
  'folding',
  'format',
  'linkedEditing',
  'selectionRanges',
  'symbols',
  'tokens',
]);

/**
 * The answer to one query; undefined where the document is not open, or is of a kind that has none.
 * @param compilePattern needed to diagnose a schema that has patterns
 * @throws only what a feature of the language core throws by mistake
 */
export function answer<Method extends QueryMethod>(
  method: Method,
  uri: string,
  params: Queries[Method]['params'],
  texts: Texts,
  compilePattern?: CompilePattern,
): Queries[Method]['answer'] | undefined {
  const document = texts.openAt(uri);
  if (document === undefined) return undefined;
  const { library } = texts;
  const { role, name, text } = document;
  const place = placing(uri, texts);
  if (role !== 'samples') {
    const prompt = library.at(uri);
    return prompt && OF_PROMPTS[method]({ params, library, place, prompt, role, compilePattern });
  }
  if (name === undefined) return undefined;
  const prompt = library.prompt(name);
  return OF_SAMPLES[method]?.({ params, library, place, prompt, samples: { uri, name, text } });
}

const OF_PROMPTS: OfPrompts = {
  diagnose: ({ prompt, library, place, params, compilePattern }) => {
    const found = diagnose(prompt, library, { frontMatterKeys: params?.frontMatterKeys, compilePattern });
    lastFindings.set(prompt.analysis, found);
    return place.findings(found);
  },
  quickFixes: ({ prompt, library, place, params }) => {
    const found = lastFindings.get(prompt.analysis) ?? diagnose(prompt, library);
    return touching(found, params.span).flatMap(finding =>
      quickFixes(prompt, finding, library).map(fix => place.fix(fix, finding)),
    );
  },
  complete: ({ prompt, library, place, params }) =>
    complete(prompt, params.offset, library).map(item => place.completion(item)),
  hover: ({ prompt, library, place, params }) => {
    const found = hover(prompt, params.offset, library);
    return found && { range: place.range(found.span), markdown: found.markdown };
  },
  definition: ({ prompt, library, place, params }) =>
    definition(prompt, params.offset, library).map(each => place.location(each)),
  references: ({ prompt, library, place, params }) =>
    references(prompt, params.offset, library, params.includeDeclaration)
      .slice(0, MAX_REFERENCES)
      .map(each => place.location(each)),
  prepareRename: ({ prompt, library, place, params }) =>
    orRefusal(() => place.renamable(prepareRename(prompt, params.offset, library))),
  rename: ({ prompt, library, place, params }) =>
    orRefusal(() => place.change(rename(prompt, params.offset, params.newName, library))),
  renamePrompt: ({ prompt, library, place, params }) =>
    orRefusal(() => place.change(renamePrompt(prompt, params.toName, library))),
  format: ({ prompt, place, params }) => format(prompt.analysis, params).map(edit => place.edit(edit)),
  symbols: ({ prompt, place }) => place.symbols(symbols(prompt.analysis)),
  folding: ({ prompt, place }) =>
    folding(prompt.analysis)
      .slice(0, MAX_FOLDS)
      .map(fold => place.fold(fold)),
  selectionRanges: ({ prompt, place, params }) =>
    params.offsets.map(offset => selectionRanges(prompt.analysis, offset).map(span => place.range(span))),
  linkedEditing: ({ prompt, place, params }) =>
    linkedEditing(prompt.analysis, params.offset)?.map(span => place.range(span)),
  tokens: ({ prompt, place, params: { span }, role }) => {
    const tokens = semanticTokens(prompt.analysis).filter(
      token => span === undefined || (token.span.end > span.start && token.span.start < span.end),
    );
    return encodeTokens(tokens, place.lines, { withUndeclared: role !== 'text' });
  },
};

const OF_SAMPLES: OfSamples = {
  diagnose: ({ samples, prompt, place }) => place.findings(diagnoseSamples(samples.text, prompt)),
  quickFixes: ({ samples, prompt, place, params }) =>
    touching(diagnoseSamples(samples.text, prompt), params.span).flatMap(finding =>
      sampleFixes(samples, prompt, finding).map(fix => place.fix(fix, finding)),
    ),
  complete: ({ samples, prompt, place, params }) =>
    completeSamples(samples, prompt, params.offset).map(item => place.completion(item)),
  hover: ({ samples, prompt, place, params }) => {
    const found = hoverInSamples(samples.text, prompt, params.offset);
    return found && { range: place.range(found.span), markdown: found.markdown };
  },
  definition: ({ samples, library, place, params }) =>
    definitionInSamples(samples, params.offset, library).map(each => place.location(each)),
  references: ({ samples, library, place, params }) =>
    referencesInSamples(samples, params.offset, library, params.includeDeclaration)
      .slice(0, MAX_REFERENCES)
      .map(each => place.location(each)),
  prepareRename: ({ samples, library, place, params }) =>
    orRefusal(() => place.renamable(prepareRenameInSamples(samples, params.offset, library))),
  rename: ({ samples, library, place, params }) =>
    orRefusal(() => place.change(renameInSamples(samples, params.offset, params.newName, library))),
};

/** VS Code asks for fixes wherever the cursor goes; what is wrong was found already. */
const lastFindings = new WeakMap<Analysis, readonly Finding[]>();

/** More fixes than a menu shows. */
const MAX_FIXED = 20;

function touching(findings: readonly Finding[], { start, end }: Span): readonly Finding[] {
  return findings.filter(({ span }) => span.start <= end && start <= span.end).slice(0, MAX_FIXED);
}

function orRefusal<Answer>(made: () => Answer): Answer | Refusal {
  try {
    return made();
  } catch (error) {
    if (!Problem.is(error)) throw error;
    return { refused: error.message };
  }
}
