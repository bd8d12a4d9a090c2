/** The words and addresses of owners in the editor. */
import assert from 'node:assert/strict';
import { diffExcerpt } from '../../src/core/diff-excerpt.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { parseOwners } from '../../src/core/owners.ts';
import { Problem } from '../../src/core/problem.ts';
import {
  ownersDraftUriParts,
  ownersUriParts,
  parseOwnersDraftUri,
  parseOwnersUri,
} from '../../src/editor/owners/uri.ts';
import {
  afterOwnersReview,
  afterRequest,
  approveOwnersQuestion,
  changedMeanwhile,
  firstDraft,
  noteIn,
  ownersRefusal,
  requestQuestion,
  whoHolds,
} from '../../src/editor/owners/words.ts';
import { anOwnersChange, NOW } from './data.ts';

const production = parseEnvironmentName('production');
const DIFF = diffExcerpt('* @dana\n', '* @dana\nsupport/** @sam\n');

describe('an owners document', () => {
  it('has a URI with its registry, environment and change', () => {
    for (const registry of ['embedded', 'https://prompts.example.com/a', 'http://127.0.0.1:1']) {
      for (const address of [
        { registry, environment: production },
        { registry, environment: production, change: '402' },
        { registry, environment: production, change: '0' },
      ]) {
        const parts = ownersUriParts(address);
        assert.match(parts.path, /\.owners$/, 'the language follows from it');
        assert.deepEqual(parseOwnersUri(parts), address);
        assert.equal(parseOwnersDraftUri(parts), undefined);
      }
      const draft = { place: registry, environment: production };
      assert.deepEqual(parseOwnersDraftUri(ownersDraftUriParts(draft)), draft);
    }
    const parts = ownersUriParts({ registry: 'embedded', environment: production });
    for (const path of ['/', '/production', '/a/b.owners', '/production@x.owners', '/production@01.owners'])
      assert.equal(parseOwnersUri({ ...parts, path }), undefined, path);
    assert.equal(parseOwnersUri({ ...parts, query: '' }), undefined);
  });

  it('starts with an explanation that defines no owners', () => {
    assert.deepEqual(parseOwners(firstDraft('production')), { rules: [] });
  });

  it('names who set the owners', () => {
    const current = anOwnersChange({ state: 'applied', appliedAt: '2026-09-12T11:00:00.000Z' });
    const owners = { environment: production, text: current.text, current, waiting: null, warnings: [] };
    assert.equal(whoHolds(owners, NOW), 'Change 402 by jonas.weber, 1 hour ago');
    assert.match(whoHolds({ ...owners, text: '' }, NOW), /^No prompt has owners: Change 402/);
    assert.equal(whoHolds({ ...owners, text: '', current: null }, NOW), 'No prompt has owners');
  });
});

describe('a change of owners', () => {
  const request = { environment: 'production', approvals: 1, diff: DIFF, notes: [] };

  it('asks with its lines, who must approve, and the environment on the button', () => {
    const { message, detail, button } = requestQuestion(request, 'Teams');
    assert.equal(message, 'Change the owners of production?');
    assert.equal(button, 'Request Owners Change in production');
    assert.deepEqual(detail.split('\n'), [
      '+support/** @sam',
      '',
      'The change waits for 1 approval by someone other than you.',
      'Reason: Teams',
    ]);
    const atOnce = requestQuestion({ ...request, approvals: 0 }, 'Teams');
    assert.equal(atOnce.button, 'Change Owners in production');
    assert.match(atOnce.detail, /The change takes effect at once\./);
  });

  it('asks with up to three lines that need attention', () => {
    const notes = [1, 2, 3, 4, 5].map(line => ({ line, message: `"x${line}" matches no prompt now.` }));
    const { detail } = requestQuestion({ ...request, notes }, 'Teams');
    assert.match(detail, /Line 3: "x3" matches no prompt now\.\nAnd 2 more warnings\.\nReason/);
  });

  it('is approved after a question that shows what it changes', () => {
    const change = anOwnersChange();
    const { detail, button } = approveOwnersQuestion(change, DIFF);
    assert.equal(button, 'Approve Owners Change in production');
    assert.match(
      detail,
      /^\+support\/\*\* @sam\n\nThe change then takes effect at once\.\njonas\.weber requested it/,
    );
    const notes = [{ line: 2, message: '"suport/**" matches no prompt now.' }];
    assert.match(approveOwnersQuestion(change, DIFF, notes).detail, /^Line 2: "suport/m);
    assert.match(
      approveOwnersQuestion({ ...change, approvalsNeeded: 3 }, DIFF).detail,
      /It then waits for 2 more approvals\./,
    );
  });

  it('reports afterwards the owners in force, or who must approve', () => {
    const change = anOwnersChange();
    assert.equal(
      afterRequest(change, [{ line: 2, message: '"x" matches no prompt now.' }]),
      'Your change of the owners of production waits for 1 approval by dana or sam. Until then, the owners stay the same. Line 2: "x" matches no prompt now.',
    );
    assert.equal(afterRequest({ ...change, state: 'applied' }, []), 'The owners of production are changed.');
    assert.equal(
      afterOwnersReview('approve', { ...change, approvalsNeeded: 2, approvals: [], canApprove: ['lee'] }),
      'Approved. The change of the owners of production waits for 2 approvals by lee. The owners of production are as they were.',
    );
    assert.match(afterOwnersReview('reject', { ...change, state: 'rejected' }), /^Rejected\. .*as they were/);
  });

  it('explains a refusal', () => {
    const change = anOwnersChange();
    const refused = (code: Problem['code']) => ownersRefusal(new Problem(code, 'Why.'), change);
    assert.equal(refused('self_approval'), 'Not approved: Why.');
    assert.equal(refused('owners_change_closed'), 'Someone else was faster. Why.');
    assert.match(
      refused('owners_locked_out') ?? '',
      /^Not approved, because nobody could approve promotions/,
    );
    assert.equal(refused('log_broken'), undefined);
    assert.deepEqual(noteIn('Line 12: "x" has no owner.'), { line: 12, message: '"x" has no owner.' });
    assert.equal(noteIn('is the present text'), undefined);
    const current = anOwnersChange({ id: '410', requestedBy: 'ada' });
    const owners = { environment: production, text: '', current, waiting: null, warnings: [] };
    assert.match(
      changedMeanwhile('production', owners),
      /changed by ada \(change 410\).*Your draft is kept\.$/,
    );
  });
});
