import assert from 'node:assert/strict';
import { freePort } from '../../scripts/host/freePort.ts';
import { RegistryClient } from '../../src/client/registry-client.ts';
import { RegistryUnreachable } from '../../src/client/unreachable.ts';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import type { PromptChange } from '../../src/editor/compare/change.ts';
import { breakingInWords } from '../../src/editor/compare/change-words.ts';
import { explain, logged, mayHaveArrived, messageOf } from '../../src/editor/problems/explain.ts';
import {
  previousVersions,
  promotedFromFirst,
  setTargets,
  targetsOf,
} from '../../src/editor/promotion/choices.ts';
import { pointerOptions } from '../../src/editor/promotion/pick-pointer.ts';
import { openAt, replacedNote } from '../../src/editor/promotion/replaced.ts';
import {
  afterFailure,
  confirmation,
  type IntendedPromotion,
  offeredReason,
  outcome,
  validatePlannedTime,
  validateReason,
} from '../../src/editor/promotion/words.ts';
import { pullSummary } from '../../src/editor/publish/pull-words.ts';
import { outdated, published, validateMessage } from '../../src/editor/publish/words.ts';
import { aPointer, aPromotion, aSummary, aVersion, NOW } from './data.ts';

const ENVIRONMENTS = defaultEnvironments(1);
const TRIAGE = parsePromptName('support/triage');
const LIVE = aPointer('production', 'stable', 11);
const MOVE: IntendedPromotion = {
  prompt: TRIAGE,
  version: 12,
  kind: 'promote',
  target: { environment: LIVE.environment, channel: LIVE.channel, live: LIVE },
};

describe('the channels to promote to', () => {
  it('are stable everywhere and every channel in use, in promotion order, never latest', () => {
    const summary = aSummary('support/triage', 12, [LIVE, aPointer('staging', 'canary', 12)]);
    assert.deepEqual(
      targetsOf(summary, ENVIRONMENTS).map(({ environment, channel, live }) => [
        environment,
        channel,
        live?.version,
      ]),
      [
        ['development', 'stable', undefined],
        ['staging', 'stable', undefined],
        ['staging', 'canary', 12],
        ['production', 'stable', 11],
      ],
    );
    assert.deepEqual(
      setTargets(summary, ENVIRONMENTS).map(({ channel }) => channel),
      ['canary', 'stable'],
    );
  });

  it('say where a version must be stable first', () => {
    const production = ENVIRONMENTS[2]!;
    const twelve = parseVersionNumber(12);
    assert.equal(promotedFromFirst(aSummary('a', 12), twelve, production), 'staging');
    assert.equal(
      promotedFromFirst(aSummary('a', 12, [aPointer('staging', 'stable', 12)]), twelve, production),
      undefined,
    );
    assert.equal(promotedFromFirst(aSummary('a', 12), twelve, ENVIRONMENTS[0]!), undefined);
  });
});

describe('the versions to roll back to', () => {
  /** Applied one after the other in production; newest first, as the registry lists them. */
  const moves = (...versions: number[]) =>
    versions
      .map((version, index) => {
        const before = versions.slice(0, index);
        return aPromotion('production', version, {
          id: String(index + 1),
          appliedAt: `2026-09-12T10:${String(index).padStart(2, '0')}:00.000Z`,
          from: (before.at(-1) ?? null) as never,
          rollback: before.includes(version),
        });
      })
      .reverse();
  const previous = (promotions: ReturnType<typeof aPromotion>[]) =>
    previousVersions(promotions, MOVE.target).map(({ version, isGood }) => `${version}${isGood ? '' : '!'}`);

  it('are those that were live there, newest first, each once, without the live one', () => {
    const elsewhere = [
      aPromotion('staging', 8),
      aPromotion('production', 9, { state: 'pending', appliedAt: null }),
    ];
    assert.deepEqual(previous([...elsewhere, ...moves(7, 10, 11)]), ['10', '7']);
  });

  it('list versions that were rolled back from or skipped last', () => {
    assert.deepEqual(previous(moves(9, 11, 12, 11)), ['9', '12!']);
    assert.deepEqual(previous(moves(9, 11, 12, 13, 11)), ['9', '13!', '12!']);
    assert.deepEqual(previous(moves(9, 11, 12, 11, 12, 11)), ['9', '12!']);
  });

  it('are offered across prompts, production first, and then most recently moved', () => {
    const at = (environment: string, version: number, hour: number) => ({
      ...aPointer(environment, 'stable', version),
      promotedAt: `2026-09-12T0${hour}:00:00.000Z`,
    });
    const summaries = [
      aSummary('fees/explain', 3, [at('production', 2, 5), at('staging', 3, 6)]),
      aSummary('support/triage', 12, [at('production', 11, 7)]),
      { ...aSummary('old/one', 1, [at('production', 1, 8)]), archived: true },
      aSummary('never/live', 1),
    ];
    const options = pointerOptions(summaries, ENVIRONMENTS, NOW);
    assert.deepEqual(
      options.map(({ label }) => label),
      ['support/triage in production', 'fees/explain in production', 'fees/explain in staging'],
    );
    assert.deepEqual(
      options.map(({ heading }) => heading),
      ['production', undefined, 'staging'],
    );
    assert.deepEqual(options[0]?.value, {
      prompt: 'support/triage',
      pointer: { environment: 'production', channel: 'stable' },
    });
  });
});

describe('promotion messages', () => {
  it('name the environment on the button, and what is live now', () => {
    assert.deepEqual(confirmation(MOVE, 'Tested', NOW), {
      message: 'Promote support/triage@12 to production?',
      detail: 'Live now: @11, for 2 hours, promoted by jonas.weber.\nReason: Tested',
      button: 'Promote @12 to production',
      alternative: 'Plan for a Time…',
    });
    const back = { ...MOVE, kind: 'roll-back', version: 10 } as const;
    assert.equal(confirmation(back, 'x', NOW).button, 'Roll Back production to @10');
    assert.equal(confirmation(back, 'x', NOW).alternative, 'Edit Reason…');
    assert.equal(
      confirmation({ ...back, approvals: 1 }, 'x', NOW).button,
      'Ask to Roll Back production to @10',
    );
    assert.equal(offeredReason(back), 'Rolled back from @11 to @10');
    assert.equal(validateReason(offeredReason(back)), undefined);
  });

  it('name the pending request that the new one replaces', () => {
    const open = aPromotion('production', 11, {
      id: '20',
      state: 'pending',
      appliedAt: null,
      requestedBy: 'ada',
    });
    const older = { ...open, id: '9', version: parseVersionNumber(10) };
    const { prompt, target } = MOVE;
    assert.equal(openAt([older, open], prompt, target), open);
    assert.equal(openAt([{ ...open, state: 'applied' }], prompt, target), undefined);
    assert.equal(openAt([open], prompt, { ...target, channel: 'canary' }), undefined);
    const asked = (given: object) => confirmation({ ...MOVE, open, ...given }, 'Tested', NOW).detail;
    assert.match(asked({ approvals: 1 }), /\nIt replaces the request for @11 by ada\.\n/);
    assert.doesNotMatch(asked({}), /replaces the request/);
    assert.doesNotMatch(asked({ approvals: 1, kind: 'roll-back' }), /replaces the request/);
    assert.equal(replacedNote(open, 12), 'replaces the request for @11 by ada');
    assert.equal(replacedNote(open, 11), 'requested by ada already');
    const effectiveAt = '2026-09-13T06:00:00.000Z';
    const planned = { ...open, state: 'planned' as const, effectiveAt, release: { id: '20', atomic: true } };
    assert.match(
      replacedNote(planned, 12),
      /^replaces @11, which is planned for .*, with all of release 20$/,
    );
    assert.match(replacedNote(planned, 11), /^planned for .* already$/);
  });

  it('say how many approvals are needed, and when it goes live', () => {
    const waiting = confirmation({ ...MOVE, approvals: 2 }, 'Tested', NOW);
    assert.match(
      waiting.detail,
      /\nIt waits for 2 approvals by someone other than you and the authors of what changes\.\n/,
    );
    assert.equal(waiting.button, 'Ask to Promote @12 to production');
    const planned = confirmation(MOVE, 'Tested', NOW, '2026-09-13T06:00:00.000Z');
    assert.match(planned.message, /to production on .*06:00 UTC\)?\?$/);
    assert.equal(planned.button, 'Plan Promotion of @12 to production');
    assert.equal(planned.alternative, undefined);
    const effectiveAt = '2026-09-13T06:00:00.000Z';
    const done = aPromotion('production', 12, { state: 'planned', appliedAt: null, effectiveAt });
    assert.match(
      outcome(done, 'promote'),
      /^Planned: support\/triage@12 goes live in production on .*06:00 UTC\)?\. Nothing is live/,
    );
  });

  it('refuse a planned time in the past or more than a year ahead', () => {
    assert.match(validatePlannedTime(NOW, NOW) ?? '', /has passed/);
    assert.match(validatePlannedTime(NOW + 366 * 86_400_000 + 1, NOW) ?? '', /more than a year/);
    assert.equal(validatePlannedTime(NOW + 60_000, NOW), undefined);
  });

  it('name partials that change with the prompt, and breaking changes for applications', () => {
    const partial = (id: string) => ({ id, template: '', partials: new Map() });
    const input = { breaking: true, declared: true, from: 'string', to: 'number' } as const;
    const change: PromptChange = {
      source: true,
      partials: [
        { from: partial('_header@2'), to: partial('_header@3') },
        { from: undefined, to: partial('_rules@1') },
        { from: partial('_style@1'), to: undefined },
      ],
      inputs: [
        { ...input, name: 'a', change: 'added' },
        { ...input, name: 'b', change: 'type' },
        { ...input, name: 'c', change: 'required' },
        { ...input, name: 'd', change: 'removed' },
        { ...input, name: 'e', change: 'type', to: 'string' },
        { ...input, name: 'f', change: 'added', breaking: false },
        { ...input, name: 'g', change: 'added', declared: false },
      ],
    };
    const { detail } = confirmation({ ...MOVE, change }, 'Tested', NOW);
    assert.deepEqual(detail.split('\n').slice(1), [
      '4 changes: the prompt, _header @2 → @3, _rules@1 (new) and _style@1 (removed).',
      'Breaking for applications: The input "a" is new and required. The input "b" changes its type from string to number. The input "c" is required now. The input "d" is dropped, and what is sent for it is ignored. The input "e" has other properties. 1 more input changed as well.',
      'Reason: Tested',
    ]);
    const plain = confirmation(
      { ...MOVE, change: { source: true, partials: [], inputs: [] } },
      'Tested',
      NOW,
    );
    assert.equal(plain.detail, confirmation(MOVE, 'Tested', NOW).detail);
    assert.match(confirmation({ ...MOVE, change: null }, 'x', NOW).detail, /partials could not be fetched/);
    assert.equal(
      breakingInWords({ inputs: [{ ...input, name: 'g', change: 'added', declared: false }] }),
      'Breaking for applications: The input "g" is new; where it is not sent, the text has a gap.',
    );
  });

  it('say what is live afterwards, or that it is pending', () => {
    const applied = aPromotion('production', 12, { from: parseVersionNumber(11) });
    assert.equal(outcome(applied, 'promote'), 'support/triage@12 is now live in production. It was @11.');
    assert.match(
      outcome(applied, 'roll-back'),
      /^Rolled back: support\/triage@12 is live in production again\./,
    );
    assert.equal(
      outcome({ ...applied, state: 'pending', approvalsNeeded: 1 }, 'promote'),
      'support/triage@12 waits for 1 approval before it goes live in production. support/triage@11 is still live in production.',
    );
  });

  it('say after a failure only what was read back', () => {
    assert.equal(afterFailure(MOVE, 11), 'Nothing changed: support/triage@11 is still live in production.');
    assert.match(afterFailure(MOVE, 12), /^The registry did it/);
    assert.match(afterFailure(MOVE, 13), /Someone else moved it in the meantime: support\/triage@13/);
    assert.equal(afterFailure(MOVE, null), 'Nothing is live in production now.');
  });

  it('ask for a reason that is not blank', () => {
    assert.match(validateReason(' ') ?? '', /Enter a reason/);
    assert.match(validateReason('x'.repeat(4001)) ?? '', /At most 4000/);
    assert.equal(validateReason('Tested'), undefined);
    assert.equal(validateMessage('Tested'), undefined);
  });
});

describe('publish and pull messages', () => {
  it('say what was published, and that it is not live anywhere', () => {
    assert.match(published(aVersion('a', 3), true), /^Published a@3\. It is not live anywhere/);
    assert.match(published(aVersion('a', 3), false), /^Nothing new was published: a@3/);
  });

  it('name who published first', () => {
    assert.match(
      outdated(TRIAGE, 13, aVersion('support/triage', 13), NOW),
      /^support\/triage@13 was published by mara\.lindqvist, 2 days ago/,
    );
  });

  it('count what was pulled and name what was skipped', () => {
    const nothing = { updated: [], merged: [], created: [], adopted: [], kept: [], left: [] };
    assert.equal(pullSummary(nothing), 'Nothing to pull: your files are up to date.');
    const updated = [{ name: TRIAGE, from: parseVersionNumber(1), to: parseVersionNumber(2) }];
    const left = [{ name: TRIAGE, why: 'conflict' as const, message: 'a.prompt: changed.' }];
    assert.equal(pullSummary({ ...nothing, updated }), 'Pulled: 1 file updated.');
    assert.equal(
      pullSummary({ ...nothing, updated, merged: updated }),
      'Pulled: 1 file updated and 1 file merged.',
    );
    assert.equal(pullSummary({ ...nothing, left }), 'Nothing was pulled. Left as it is: a.prompt: changed.');
  });
});

describe('reporting a failure', () => {
  const unreachable = (reason: 'offline' | 'cancelled' | 'not_a_registry') =>
    new RegistryUnreachable(reason, 'https://x', 'https://x cannot be reached');

  it('offers a helpful action', () => {
    assert.deepEqual(explain(unreachable('offline'), 'Pulling'), {
      severity: 'error',
      message: 'Pulling failed: x cannot be reached.',
      remedies: ['retry', 'show-log'],
    });
    assert.deepEqual(explain(new Problem('key_expired', 'Expired.'), 'x')?.remedies, ['set-key', 'show-log']);
    assert.deepEqual(explain(unreachable('not_a_registry'), 'x')?.remedies, ['connect', 'show-log']);
  });

  it('names the registry by its host, and leaves paths and codes to the log', async () => {
    const host = `127.0.0.1:${await freePort()}`;
    const client = new RegistryClient({ url: `http://${host}`, key: null, retry: { retries: 0 } });
    const error: unknown = await client.health().catch(error => error);
    assert.equal(messageOf(error), `${host} cannot be reached. Check the network and the registry's URL.`);
    assert.match(logged(error), /^http:\/\/127\.0\.0\.1:\d+\/\S+ cannot be reached: .*ECONNREFUSED/);
  });

  it('shows nothing when the person cancelled', () => {
    assert.equal(explain(unreachable('cancelled'), 'x'), undefined);
    assert.equal(explain(new DOMException('Aborted', 'AbortError'), 'x'), undefined);
  });

  it('distinguishes failures after which the change may have arrived', () => {
    assert.equal(mayHaveArrived(unreachable('offline')), true);
    const refused = new RegistryUnreachable('offline', 'https://prompts.example.com', 'x', {
      neverArrived: true,
    });
    assert.equal(mayHaveArrived(refused), false);
    assert.equal(mayHaveArrived(new Problem('internal_error', 'x')), true);
    assert.equal(mayHaveArrived(new Problem('base_outdated', 'x')), false);
  });

  it('ends every message with a full stop', () => {
    assert.equal(messageOf(new Error('It failed')), 'It failed.');
    assert.equal(messageOf(new Error('Is it?')), 'Is it?');
  });
});
