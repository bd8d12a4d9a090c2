/**
 * The language core compared with `Handlebars.parse` on the same text: analyzing a prompt of 100 KB with many
 * expressions (analysis, findings, symbols, semantic tokens), and analyzing it again after a keystroke.
 */
import Handlebars from 'handlebars';
import { parsePromptName } from '../src/core/name.ts';
import { parseSource } from '../src/core/source.ts';
import { type Analysis, analyze } from '../src/language/analysis/analysis.ts';
import { Library } from '../src/language/analysis/library.ts';
import { diagnose } from '../src/language/features/diagnostics/diagnose.ts';
import { semanticTokens } from '../src/language/features/semantic-tokens.ts';
import { symbols } from '../src/language/features/symbols.ts';
import { atMost, median, type Report } from './report.ts';

const SIZE = 100 * 1024;
const ROUNDS = 41;
/** The number of rounds that are not counted. */
const WARM_UP = 12;
const NAME = parsePromptName('bench/dense');

const HEAD = `---
model: openai/gpt-5-mini
input:
  schema:
    vip?: boolean
    name: string
    customer(object):
      name: string
      country: string
    items(array):
      title: string
      price: number
    data: any
    tone: string
---
`;
const PIECE = `{{#if vip}}Dear {{customer.name}}, {{else}}Hello {{name}}! {{/if}}
{{#each items as |item i|}}
- {{item.title}} ({{item.price}} EUR, {{@index}}){{#unless @last}},{{/unless}} for {{../customer.country}}
{{/each}}
{{> part}} {{json data indent=2}} {{#ifEquals tone "formal"}}Sincerely{{/ifEquals}}
`;

/** A prompt of about 100 KB. */
function dense(): string {
  return HEAD + PIECE.repeat(Math.ceil(SIZE / PIECE.length));
}

export async function measure(): Promise<Report> {
  const text = dense();
  const { template } = parseSource(text);
  const library = new Library();
  library.setPrompt('bench/_part.prompt', parsePromptName('bench/_part'), 'A part.\n');
  const parsing: number[] = [];
  const whole: number[] = [];
  const again: number[] = [];
  const againOpen: number[] = [];
  let previous = analyze(text, NAME);
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    const counts = round >= WARM_UP;
    const parse = timed(() => Handlebars.parse(template));
    const full = timed(() => everything(text, library));
    // Adds a letter to text between two tags, at a different place in each round.
    const at = text.indexOf('Hello', Math.floor((text.length * (round % 10)) / 11)) + 3;
    const edited = `${text.slice(0, at)}l${text.slice(at)}`;
    previous = analyze(text, NAME, previous);
    const keystroke = timed(() => {
      previous = analyze(edited, NAME, previous);
      findings(previous, library);
    });
    const opened = `${text.slice(0, at)}{{${text.slice(at)}`;
    const half = analyze(opened, NAME, previous);
    const inOpenTag = timed(() => {
      findings(analyze(`${text.slice(0, at)}{{n${text.slice(at)}`, NAME, half), library);
    });
    if (!counts) continue;
    parsing.push(parse);
    whole.push(full);
    again.push(keystroke);
    againOpen.push(inOpenTag);
  }
  const peer = median(parsing);
  const against = (times: readonly number[]) =>
    median(times.map((time, round) => time / (parsing[round] as number)));
  const ratio = against(whole);
  const ratioAgain = against(again);
  const ratioOpen = against(againOpen);
  return {
    title: 'Language core on a prompt of 100 KB dense with expressions, against Handlebars.parse',
    figures: [
      { name: 'Handlebars.parse', value: peer, unit: 'ms' },
      { name: 'full analysis', value: median(whole), unit: 'ms' },
      { name: 'full analysis, ratio', value: ratio, unit: '×', limit: atMost(ratio, 2, '×') },
      { name: 'again after a keystroke', value: median(again), unit: 'ms' },
      {
        name: 'again after a keystroke in a tag that is not closed, ratio',
        value: ratioOpen,
        unit: '×',
        limit: atMost(ratioOpen, 1, '×'),
      },
      {
        name: 'again after a keystroke, ratio',
        value: ratioAgain,
        unit: '×',
        limit: atMost(ratioAgain, 1, '×'),
      },
    ],
  };
}

function everything(text: string, library: Library): void {
  const analysis = analyze(text, NAME);
  findings(analysis, library);
  symbols(analysis);
  semanticTokens(analysis);
}

function findings(analysis: Analysis, library: Library): void {
  diagnose({ uri: 'bench/dense.prompt', name: NAME, analysis }, library);
}

function timed(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}
