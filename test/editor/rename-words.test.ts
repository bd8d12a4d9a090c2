/** What a rename means is said before and after it: the registry keeps the old name with its history. */
import assert from 'node:assert/strict';
import { parsePromptName } from '../../src/core/name.ts';
import { validateNewName } from '../../src/editor/explorer/new-name.ts';
import { consequences, renamed } from '../../src/editor/prompts/rename-words.ts';
import { aListed, aPointer, aSummary } from './data.ts';

const to = parsePromptName('support/sorting');

describe('renaming a prompt', () => {
  it('does not mention the registry for a prompt that was never published', () => {
    const listed = aListed('support/triage', 'new');
    assert.equal(consequences(listed), undefined);
    assert.equal(renamed(listed, to, 0), 'Renamed support/triage to support/sorting.');
    assert.equal(
      renamed(listed, to, 1),
      'Renamed support/triage to support/sorting. 1 file that includes it was changed.',
    );
  });

  it('says that a published prompt keeps its versions under its old name', () => {
    const listed = aListed('support/triage', 'clean', aSummary('support/triage', 5));
    assert.equal(
      consequences(listed),
      'The registry keeps support/triage with its 5 versions; the new name starts at @1 when you publish it.',
    );
    assert.equal(
      renamed(listed, to, 2),
      'Renamed support/triage to support/sorting. 2 files that include it were changed. The registry keeps support/triage with its 5 versions. Publish support/sorting to make its first version.',
    );
  });

  it('says who still gets the old name', () => {
    const summary = aSummary('support/triage', 1, [aPointer('production', 'stable', 1)]);
    const listed = aListed('support/triage', 'clean', summary);
    assert.match(consequences(listed) ?? '', /Applications keep getting support\/triage until they request/);
    assert.match(renamed(listed, to, 0), /with its 1 version, and applications still get it\./);
  });

  it('uses the lock file while the registry is unavailable', () => {
    const listed = { ...aListed('support/triage', 'clean'), base: 3 };
    assert.match(consequences(listed) ?? '', /^The registry keeps support\/triage with its versions;/);
  });
});

describe('a new prompt name', () => {
  const listed = [
    aListed('file', 'new'),
    aListed('in/folder', 'new'),
    { ...aListed('offline', 'clean'), base: 3 },
    aListed('registry', undefined, aSummary('registry', 1)),
    aListed('archive', undefined, { ...aSummary('archive', 1), archived: true }),
  ];
  const prompts = { listed: new Map(listed.map(each => [each.name, each])) } as never;
  const whyNot = (text: string) => validateNewName(text, { prompts });

  it('must not exist as a file or in the registry', () => {
    assert.match(whyNot('file') ?? '', /A file of file already exists/);
    assert.match(whyNot('registry') ?? '', /already in the registry\. Pull/);
    assert.match(whyNot('archive') ?? '', /already in the registry, but archived\. Restore it/);
    assert.equal(whyNot(' file/below '), undefined);
  });

  it('may have capitals, but must differ by more than case', () => {
    assert.equal(whyNot('Support/orderSummary'), undefined);
    assert.match(whyNot('File') ?? '', /"File" differs only by case from the prompt "file".*Use "file"/);
    assert.match(whyNot('Archive') ?? '', /differs only by case from the prompt "archive"/);
    assert.match(
      whyNot('IN/other') ?? '',
      /folder "IN" differs only by case from "in", which holds "in\/folder"/,
    );
    assert.equal(whyNot('FILE/below'), undefined);
  });

  it('may change only the case of a prompt, unless the registry has it', () => {
    const renamed = (from: string, to: string) =>
      validateNewName(
        to,
        { prompts },
        listed.find(({ name }) => name === from),
      );
    assert.equal(renamed('file', 'File'), undefined);
    assert.equal(renamed('in/folder', 'in/Folder'), undefined);
    assert.match(renamed('in/folder', 'In/folder') ?? '', /differs only by case/);
    assert.match(renamed('file', 'Registry') ?? '', /differs only by case/);
    assert.match(
      renamed('registry', 'Registry') ?? '',
      /^The registry keeps registry, and a name that differs only/,
    );
    assert.match(renamed('offline', 'Offline') ?? '', /^The registry keeps offline/);
  });

  it('is refused with the characters it may have', () => {
    assert.match(whyNot('Support Triage') ?? '', /is not allowed: use A–Z, a–z/);
    for (const text of ['', ' ', 'support/']) assert.equal(whyNot(text), 'Enter a name for the prompt.');
  });
});
