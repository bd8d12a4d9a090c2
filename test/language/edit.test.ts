/** Edits of one text. */
import assert from 'node:assert/strict';
import { parsePromptName } from '../../src/core/name.ts';
import { Library } from '../../src/language/analysis/library.ts';
import { diagnose } from '../../src/language/features/diagnostics/diagnose.ts';
import { quickFixes } from '../../src/language/features/quick-fixes/quick-fixes.ts';
import { applyEdits, doOverlap } from '../../src/language/results/edit.ts';

const edit = (start: number, end: number, text = '') => ({ span: { start, end }, text });

describe('edits', () => {
  it('are applied in any order', () => {
    assert.equal(applyEdits('abcd', [edit(3, 4, 'D'), edit(0, 1, 'A'), edit(2, 2, '-')]), 'Ab-cD');
  });
  it('overlap if they change the same characters, but not if they touch', () => {
    assert.equal(doOverlap([edit(0, 2), edit(2, 3)]), false);
    assert.equal(doOverlap([edit(2, 3), edit(0, 3)]), true);
  });
  it('of a quick fix never overlap, however invalid the front matter is', () => {
    const text =
      '---\ninput:\n  schema:\n    goal?: string\n    tone(enum): {{[neutral, warm, firm]\n  default:\n    tone: neutral\n---\nHi';
    const library = new Library();
    library.setPrompt('a.prompt', parsePromptName('a'), text);
    const prompt = library.at('a.prompt');
    assert.ok(prompt);
    for (const finding of diagnose(prompt, library))
      for (const { change } of quickFixes(prompt, finding, library))
        for (const edits of change.edits.values()) assert.equal(doOverlap(edits), false, finding.message);
  });
});
