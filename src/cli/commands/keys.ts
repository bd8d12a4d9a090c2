/**
 * `promptforge keys`: creates, lists, rotates and revokes keys directly on the data folder or database, so that the
 * first key can be created.
 */
import { Command, Option } from 'commander';
import type { CreatedKey, KeyRecord, RevokedKey } from '../../contract/keys.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import { validateActor } from '../../core/person.ts';
import { ROLES, type Role } from '../../core/role.ts';
import { createKey, listKeys, revokeKey, rotateKey } from '../../registry/administration.ts';
import type { Store } from '../../registry/store/store.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, lines, print, printJson, say, type TerminalText, table } from '../output.ts';
import { databaseOption, dataOption, registryKeyOption } from '../registry-options.ts';
import { durationArgument, overlapArgument } from '../times.ts';
import { choice, environmentArgument, keyIdArgument } from '../values.ts';
import { type RegistryOptions, withRegistry } from '../with-registry.ts';

export function keysCommand(): Command {
  return new Command('keys')
    .addCommand(createCommand())
    .addCommand(listCommand())
    .addCommand(rotateCommand())
    .addCommand(revokeCommand());
}

function createCommand(): Command {
  return new Command('create')
    .description('create a key for one environment, role and actor, and show it once')
    .addOption(
      new Option('--environment <name>', 'the environment it is for')
        .argParser(environmentArgument)
        .makeOptionMandatory(),
    )
    .addOption(
      choice(
        new Option('--role <role>', 'the permissions; each role includes the ones before it'),
        ROLES,
      ).makeOptionMandatory(),
    )
    .addOption(new Option('--actor <name>', 'the person or service it belongs to').makeOptionMandatory())
    .addOption(
      new Option(
        '--expires <duration>',
        'how long it is valid, such as 12h, 90d or 1y (default: it never expires)',
      ).argParser(durationArgument),
    )
    .addOption(dataOption())
    .addOption(databaseOption())
    .addOption(registryKeyOption())
    .option('--json', 'print the key as the API returns it')
    .addHelpText(
      'after',
      `
Creates the data folder and its registry if they do not exist. Only the key is written to
stdout; the registry keeps only a hash of it.

Examples:
  promptforge keys create --environment development --role admin --actor mara.lindqvist
  promptforge keys create --environment production --role reader --actor checkout-service --expires 90d
  KEY=$(promptforge keys create --environment staging --role reader --actor ci 2>/dev/null)`,
    )
    .action((options: CreateOptions) => create(options));
}

function listCommand(): Command {
  return new Command('list')
    .description('list the keys, newest first, without their secrets')
    .addOption(
      new Option('--environment <name>', 'only those of this environment').argParser(environmentArgument),
    )
    .addOption(dataOption())
    .addOption(databaseOption())
    .option('--json', 'print them as the API returns them')
    .addHelpText(
      'after',
      `
Examples:
  promptforge keys list
  promptforge keys list --environment production --json`,
    )
    .action((options: ListKeysOptions) => list(options));
}

function rotateCommand(): Command {
  return new Command('rotate')
    .description('create a key that replaces another, and show it once')
    .argument('<id>', 'the id of the key to replace, or the whole key', keyIdArgument)
    .addOption(
      new Option('--overlap <duration>', 'how long the old key stays valid, such as 24h or 7d; 0: not at all')
        .argParser(overlapArgument)
        .default(24 * 60 * 60 * 1000, '24h'),
    )
    .addOption(
      new Option(
        '--expires <duration>',
        'how long the new key is valid (default: the lifetime of the old one)',
      ).argParser(durationArgument),
    )
    .addOption(dataOption())
    .addOption(databaseOption())
    .addOption(registryKeyOption())
    .option('--json', 'print the key as the API returns it')
    .addHelpText(
      'after',
      `
The new key has the environment, role and actor of the old one. Only the key is written to stdout.
Both are valid until the overlap ends, so that users of the key can switch one by one.
Revoke a leaked key instead: "promptforge keys revoke".

Examples:
  promptforge keys rotate 4fQ7rT1bXc9Z
  promptforge keys rotate 4fQ7rT1bXc9Z --overlap 7d --expires 90d`,
    )
    .action((id: string, options: RotateOptions) => rotate(id, options));
}

function revokeCommand(): Command {
  return new Command('revoke')
    .description('revoke a key at once')
    .argument('<id>', 'the id of the key, or the whole key', keyIdArgument)
    .option('--cascade', 'also revoke the keys it created, and the keys those created')
    .addOption(dataOption())
    .addOption(databaseOption())
    .addOption(registryKeyOption())
    .option('--json', 'print the key as the API returns it')
    .addHelpText(
      'after',
      `
Every process of the registry refuses the key within a second. Revoking cannot
be undone, and the key is still listed. A leaked admin key may have created
others: --cascade revokes them, too.

Examples:
  promptforge keys revoke 4fQ7rT1bXc9Z
  promptforge keys revoke 4fQ7rT1bXc9Z --cascade`,
    )
    .action((id: string, options: RevokeOptions) => revoke(id, options));
}

interface CreateOptions extends RegistryOptions {
  readonly environment: EnvironmentName;
  readonly role: Role;
  readonly actor: string;
  /** Milliseconds from now. */
  readonly expires?: number;
  readonly json?: true;
}

/** @throws CommandFailure, DataFolderProblem, DatabaseProblem, Problem `environment_not_found` */
async function create({ environment, role, actor, expires, json, ...place }: CreateOptions): Promise<void> {
  const why = validateActor(actor);
  if (why !== undefined) throw new CommandFailure(EXIT.usage, `--actor: ${why}`);
  const created = await withRegistry(place, { create: true }, store => {
    const expiresAt = expires === undefined ? null : new Date(store.now().getTime() + expires).toISOString();
    return createKey(store, { environment, role, actor, expiresAt });
  });
  if (json) return printJson(created);
  await print(line`${created.key}`);
  await say(sentenceOn(created));
}

function sentenceOn({ id, environment, role, actor, expiresAt }: CreatedKey): TerminalText {
  const until = expiresAt === null ? 'and does not expire' : `until ${expiresAt}`;
  return line`The key ${id} is for ${environment}, has the role "${role}", belongs to ${actor} ${until}.
Copy it now: it will not be shown again.`;
}

interface ListKeysOptions extends RegistryOptions {
  readonly environment?: EnvironmentName;
  readonly json?: true;
}

/** @throws DataFolderProblem, DatabaseProblem, Problem `environment_not_found` */
async function list({ environment, json, ...place }: ListKeysOptions): Promise<void> {
  const keys = await withRegistry(place, { create: false }, store =>
    listKeys(store, environment === undefined ? {} : { environment }),
  );
  if (json) return printJson({ data: keys, nextCursor: null });
  if (keys.length === 0)
    return say(
      line`There is no key${environment === undefined ? '' : ` of ${environment}`}. Create one with "promptforge keys create".`,
    );
  const headings = ['ID', 'ENVIRONMENT', 'ROLE', 'ACTOR', 'STATE', 'MADE', 'EXPIRES', 'LAST USED'];
  const now = Date.now();
  await print(
    table(
      headings,
      keys.map(key => [
        key.id,
        key.environment,
        key.role,
        key.actor,
        stateOf(key, now),
        day(key.createdAt),
        day(key.expiresAt),
        day(key.lastUsedAt),
      ]),
    ),
  );
}

function stateOf(key: KeyRecord, now: number): string {
  if (key.revokedAt !== null) return 'revoked';
  return key.expiresAt !== null && Date.parse(key.expiresAt) <= now ? 'expired' : 'valid';
}

function day(timestamp: string | null): string {
  return timestamp?.slice(0, 10) ?? '';
}

interface RotateOptions extends RegistryOptions {
  /** Milliseconds from now, like `expires`. */
  readonly overlap: number;
  readonly expires?: number;
  readonly json?: true;
}

/** @throws DataFolderProblem, DatabaseProblem, Problem `key_not_found`, `key_ended` */
async function rotate(id: string, { overlap, expires, json, ...place }: RotateOptions): Promise<void> {
  const { created, endsAt } = await withRegistry(place, { create: false }, async store => {
    const now = store.now().getTime();
    const created = await rotateKey(store, id, {
      overlap: overlap / 1000,
      expiresAt: expires === undefined ? undefined : new Date(now + expires).toISOString(),
    });
    const old = (await listKeys(store)).find(key => key.id === id);
    return { created, endsAt: old?.expiresAt };
  });
  if (json) return printJson(created);
  await print(line`${created.key}`);
  await say(
    lines([
      sentenceOn(created),
      line`It replaces the key ${id}, which is valid until ${endsAt ?? 'it is revoked'}.`,
    ]),
  );
}

interface RevokeOptions extends RegistryOptions {
  /** True to also revoke the keys that it created. */
  readonly cascade?: true;
  readonly json?: true;
}

/** @throws DataFolderProblem, DatabaseProblem, Problem `key_not_found` */
async function revoke(id: string, { json, cascade, ...place }: RevokeOptions): Promise<void> {
  const key = await withRegistry(place, { create: false }, store => revokeAll(store, id, cascade === true));
  if (json) return printJson(key);
  await print(sentenceOnRevoked(key));
  for (const made of key.cascade?.keys ?? []) await print(sentenceOnRevoked(made));
}

async function revokeAll(store: Store, id: string, cascade: boolean): Promise<RevokedKey> {
  const keys: KeyRecord[] = [];
  for (;;) {
    const revoked = await revokeKey(store, id, cascade);
    if (revoked.cascade === undefined) return revoked;
    keys.push(...revoked.cascade.keys);
    if (revoked.cascade.complete) return { ...revoked, cascade: { keys, complete: true } };
  }
}

function sentenceOnRevoked({ id, actor, environment, role }: KeyRecord): TerminalText {
  return line`Revoked the key ${id} of ${actor} for ${environment} (${role}).`;
}
