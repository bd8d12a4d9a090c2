// Links from pages and messages: they open what they name, and ask before anything is sent to a registry of their choice.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { editorLink } from '../../src/core/editor-link.ts';
import { parseVersionNumber } from '../../src/core/version.ts';
import { eventually } from '../eventually.ts';
import { freshPrompt } from './support/fresh-prompt.ts';
import { closeEditors, inside, nameRegistry, run } from './support/inside.ts';
import { type Script, ScriptedAsk } from './support/scripted-ask.ts';
import { shownTab, told } from './support/shown.ts';
import { type TeamRegistry, teamRegistry } from './support/team-registry.ts';
import { teamWindow } from './support/team-window.ts';

/** Opens a link as VS Code hands it on, with the questions answered as told. */
async function open(link: string, script: Script = {}): Promise<ScriptedAsk> {
  const { answerWith, links } = await inside();
  const ask = new ScriptedAsk(script);
  answerWith(ask);
  await links.open(vscode.Uri.parse(link));
  return ask;
}

/** Waits until the editor in front has that text; undefined: until there is none. */
function shows(text: string | undefined): Promise<boolean> {
  const shown = () => vscode.window.activeTextEditor?.document.getText();
  return eventually(`${text} in front`, () => shown() === text).catch((error: unknown) =>
    assert.fail(`${error} In front: ${shown()}`),
  );
}

describe('a link to a version or a promotion', () => {
  const team = teamWindow({ keys: { development: ['author', 'tomas.berg'], staging: ['approver', 'ada'] } });
  let other: TeamRegistry;
  const versionLink = (prompt: string, version: number, registry = team.registry.url) =>
    editorLink({
      kind: 'version',
      prompt: prompt as never,
      version: parseVersionNumber(version),
      registry,
    });

  before(async () => {
    other = await teamRegistry();
  });
  afterEach(closeEditors);
  after(() => other[Symbol.asyncDispose]());

  it('opens it when the window is connected to its registry', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\n', 'Two.\n');
    await run('refresh');
    const ask = await open(versionLink(prompt, 1));
    await shownTab('explain@1');
    assert.deepEqual([ask.told, ask.confirmed], [[], []]);
    await shows('One.\n');
    await team.promote(prompt, 'staging', 1);
    const { id } = await team.request(prompt, { environment: 'staging', version: 2 });
    await run('refresh');
    await open(editorLink({ kind: 'promotion', id, registry: `${team.registry.url}/` }));
    await shownTab('Review explain: @1 ↔ @2 → staging', `Review ${prompt}: @1 ↔ @2 → staging`);
  });

  it('reports a missing version or promotion, and opens nothing', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\n');
    await run('refresh');
    const host = team.registry.url.replace('http://', '');
    for (const [link, message] of [
      [versionLink(prompt, 99), `${host} has no ${prompt}@99, or your key may not see it.`],
      [versionLink('no/such', 1), `${host} has no no/such@1, or your key may not see it.`],
      [
        editorLink({ kind: 'promotion', id: '99999', registry: team.registry.url }),
        `${host} has no promotion 99999, or your key may not see it.`,
      ],
    ] as const) {
      const ask = await open(link);
      assert.equal((await told(ask)).message, message);
      await shows(undefined);
    }
  });

  it('opens the owners of an environment, and reports a missing one', async () => {
    const owners = (environment: string) =>
      editorLink({ kind: 'owners', environment: environment as never, registry: team.registry.url });
    await open(owners('staging'));
    await shownTab('staging.owners');
    const host = team.registry.url.replace('http://', '');
    const ask = await open(owners('nowhere'));
    assert.equal((await told(ask)).message, `${host} has no environment nowhere.`);
  });

  it('contacts an unknown registry only after confirmation, and then without a key', async () => {
    const link = versionLink('support/triage', 1, other.url);
    const refused = await open(link, { confirms: [false] });
    const { host } = new URL(other.url);
    assert.equal(refused.confirmed[0]?.message, `Connect to ${host}?`);
    assert.equal(refused.confirmed[0]?.button, `Connect to ${host}`);
    assert.match(refused.confirmed[0]?.detail ?? '', /None of your keys is sent to it\./);
    const { session } = (await inside()).workbench;
    assert.equal(session.registry, team.registry.url);
    assert.deepEqual(other.seen, []);
    // The key that is asked for then is not given.
    await open(link, { confirms: [true], texts: [undefined] });
    assert.equal(session.registry, other.url);
    assert.ok(other.seen.length > 0);
    assert.deepEqual(
      other.seen.filter(({ authorization }) => authorization !== undefined),
      [],
    );
    await nameRegistry(team.registry.url);
  });

  for (const [what, registry, why] of [
    ['a scheme that is none of the web', 'javascript:alert(1)', /begins with https:\/\//],
    ['a file', 'file:///etc/passwd', /begins with https:\/\//],
    ['no encryption', 'http://prompts.example.com', /unencrypted/],
    ['a user and a password', 'https://prompts.example.com@evil.example', /user name or password/],
    ['a query', 'https://prompts.example.com/?next=1', /query/],
    ['no address', 'prompts', /not a URL/],
    ['a share of Windows', '\\\\server\\share', /not a URL/],
    ['a share as a file', 'file://server/share', /begins with https:\/\//],
    ['an IPv6 address and no encryption', 'http://[2001:db8::1]:7878', /unencrypted/],
    ['this machine by an address of IPv4 in IPv6', 'http://[::ffff:127.0.0.1]', /unencrypted/],
    ['a name that begins like this machine', 'http://127.0.0.1.evil.example', /unencrypted/],
    ['a line break', 'https://prompts.example.com/\nx', /incomplete/],
    ['a backslash', 'https://prompts.example.com\\@evil.example', /user name or password|incomplete/],
    ['a huge address', `https://${'a'.repeat(3900)}.example`, /more than 300 characters/],
    ['a huge path', `https://prompts.example.com/${'a/'.repeat(200)}`, /more than 300 characters/],
  ] as const)
    it(`opens, asks and sends nothing when its registry has ${what}`, async () => {
      const before = team.registry.seen.length;
      const link = `vscode://promptforge.promptforge/version?ref=a%401&registry=${encodeURIComponent(registry)}`;
      const ask = await open(link, { confirms: [false] });
      const { message } = await told(ask, /^The link was not opened\. /);
      assert.match(message, why);
      assert.deepEqual(ask.confirmed, []);
      await shows(undefined);
      assert.equal(team.registry.seen.slice(before).filter(({ path }) => path.includes('/a')).length, 0);
    });

  for (const [what, link, why] of [
    ['a path for a name', '/version?ref=../../etc/passwd@1', /cannot be a segment/],
    ['characters that act', '/version?ref=a%1b[2J%e2%80%ae@1', /is not allowed/],
    ['no such page', '/connect?registry=https://prompts.example.com', /does not lead to a version/],
    ['a promotion by a path', '/promotion?id=1/../2', /not the number of a promotion/],
    ['two registries', '/version?ref=a@1&registry=https://a.example&registry=https://b.example', /twice/],
    ['more than a link holds', `/version?ref=${'a'.repeat(10_000)}@1`, /more than 4000 characters/],
  ] as const)
    it(`is refused with a one-line message with ${what}`, async () => {
      const registry = link.includes('registry=') ? '' : `&registry=${encodeURIComponent(team.registry.url)}`;
      const ask = await open(`vscode://promptforge.promptforge${link}${registry}`);
      const { message } = await told(ask, /^The link was not opened\. /);
      assert.match(message, why);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      assert.doesNotMatch(message, /[\u0000-\u001f\u202e]/);
      assert.ok(message.length < 500);
      assert.deepEqual(ask.confirmed, []);
    });

  it('shows a host in ASCII when it imitates another', async () => {
    const ask = await open(versionLink('a', 1, 'https://prоmpts.example.com'), { confirms: [false] });
    assert.equal(ask.confirmed[0]?.button, 'Connect to xn--prmpts-xqf.example.com');
    assert.match(ask.confirmed[0]?.detail ?? '', /letters other than a–z/);
  });

  it('is not opened while another link awaits confirmation', async () => {
    const { answerWith, links } = await inside();
    let answer = (_agreed: boolean): void => undefined;
    const first = new ScriptedAsk();
    const asked = Promise.withResolvers<void>();
    first.confirm = () =>
      new Promise(resolve => {
        answer = resolve;
        asked.resolve();
      });
    answerWith(first);
    const waiting = links.open(vscode.Uri.parse(versionLink('a', 1, other.url)));
    await asked.promise;
    const seen = other.seen.length;
    const second = await open(versionLink('support/triage', 2, 'https://prompts.example.com'));
    assert.match(
      (await told(second)).message,
      /^The link to support\/triage@2 was not opened, because another/,
    );
    answer(false);
    await waiting;
    assert.equal(other.seen.length, seen);
  });
});

describe('a reference in a log line', () => {
  const team = teamWindow({ keys: { production: ['author', 'tomas.berg'] } });
  afterEach(closeEditors);

  it('is not opened with a key that may not see it', async () => {
    const prompt = freshPrompt();
    await team.publish(prompt, 'One.\n', 'Draft.\n');
    await team.promote(prompt, 'staging', 1);
    await team.promote(prompt, 'production', 1);
    await run('refresh');
    const ask = await run('openReference', {}, `${prompt}@2`);
    assert.match((await told(ask)).message, new RegExp(`^Your key may not see ${prompt}@2\\. `));
    await shows(undefined);
    await run('openReference', {}, `2026-09-12T10:03:00Z model=gpt prompt=${prompt}@1 tokens=12`);
    await shownTab('explain@1');
    await shows('One.\n');
  });
});
