import assert from 'node:assert/strict';
import fc from 'fast-check';
import { foldersAbove, lastSegment, parsePromptName } from '../../src/core/name.ts';
import {
  caseClash,
  closestCaseClash,
  endsWithSegment,
  foldCase,
  whyTaken,
} from '../../src/core/name-case.ts';
import { inOtherCase, meetingNames, promptNames } from '../names.ts';

const clash = (name: string, existing: string) => caseClash(parsePromptName(name), parsePromptName(existing));

/** The paths that names are on a disk, each with its folders. */
const pathsOf = (name: string) => [...foldersAbove(parsePromptName(name)), `${name}.prompt`];

describe('names that differ only by case', () => {
  it('clash as prompts, and as folders at any depth', () => {
    assert.equal(clash('Support/triage', 'support/Triage')?.kind, 'prompt');
    assert.deepEqual(clash('Fees/other', 'fees/explain'), {
      kind: 'folder',
      spelled: 'Fees',
      as: 'fees',
      existing: 'fees/explain',
    });
    assert.equal(clash('a/B/c/x', 'a/b/C/y')?.as, 'a/b/C');
  });
  it('do not clash if they are equal or differ by more', () => {
    assert.equal(clash('a/b', 'a/b'), undefined);
    assert.equal(clash('a/B', 'a/c'), undefined);
    assert.equal(clash('a/B/x', 'b/b/y'), undefined);
  });
  it('do not clash as a prompt and a folder, as the file of the prompt is "fees.prompt"', () => {
    assert.equal(clash('Fees', 'fees/explain'), undefined);
    assert.equal(clash('fees/explain', 'Fees'), undefined);
  });
  it('are reported with the name to use instead', () => {
    const name = parsePromptName('Fees/Tier2/x');
    const found = closestCaseClash(name, ['fees/a', 'fees/tier2/y'].map(parsePromptName));
    assert.match(
      whyTaken(name, found!),
      /"Fees\/Tier2" .* "fees\/tier2".*"fees\/tier2\/y".*Use "fees\/tier2\/x"/,
    );
    const other = parsePromptName('A/B');
    assert.match(whyTaken(other, clash('A/B', 'a/b')!), /"A\/B" .* "a\/b".*one file.*Use "a\/b"/);
  });
  it('have the same last segment', () => {
    fc.assert(
      fc.property(promptNames, promptNames, (name, other) => {
        const last = foldCase(lastSegment(other));
        assert.equal(endsWithSegment(name, last), foldCase(lastSegment(name)) === last);
        assert.equal(endsWithSegment(other, last), true);
      }),
    );
  });
  it('clash, whatever they are', () => {
    fc.assert(
      fc.property(
        promptNames.chain(name => fc.tuple(fc.constant(name), inOtherCase(name))),
        ([name, other]) => {
          assert.equal(foldCase(name), foldCase(other));
          assert.equal(caseClash(other, name)?.kind, name === other ? undefined : 'prompt');
        },
      ),
    );
  });
  it('clash exactly where a case-insensitive disk would merge files or folders', () => {
    fc.assert(
      fc.property(meetingNames, meetingNames, (one, two) => {
        const spelled = new Map(pathsOf(one).map(path => [path.toLowerCase(), path]));
        const meet = pathsOf(two).some(path => (spelled.get(path.toLowerCase()) ?? path) !== path);
        assert.equal(caseClash(one, two) !== undefined, meet);
        assert.equal(caseClash(two, one) !== undefined, meet);
      }),
    );
  });
  it('lead to an available name among names that can coexist', () => {
    fc.assert(
      fc.property(fc.array(meetingNames, { maxLength: 12 }), meetingNames, (names, name) => {
        const kept: typeof names = [];
        for (const each of names) if (closestCaseClash(each, kept) === undefined) kept.push(each);
        const found = closestCaseClash(name, kept);
        if (found === undefined) return;
        const suggested = parsePromptName(/Use "([^"]+)"/.exec(whyTaken(name, found))?.[1] ?? '');
        assert.equal(closestCaseClash(suggested, kept), undefined);
      }),
    );
  });
});
