/** Runs `promptforge keys`. */
import type { CreatedKey, KeyRecord, RevokedKey } from '../../contract/keys.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import { validateActor } from '../../core/person.ts';
import type { Role } from '../../core/role.ts';
import { createKey, listKeys, revokeKey, rotateKey } from '../../registry/administration.ts';
import type { Store } from '../../registry/store/store.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, lines, print, printJson, say, type TerminalText, table } from '../output.ts';
import { type RegistryOptions, withRegistry } from '../with-registry.ts';

export interface CreateOptions extends RegistryOptions {
  readonly environment: EnvironmentName;
  readonly role: Role;
  readonly actor: string;
  /** Milliseconds from now. */
  readonly expires?: number;
  readonly json?: true;
}

/** @throws CommandFailure, DataFolderProblem, DatabaseProblem, Problem `environment_not_found` */
export async function create({
  environment,
  role,
  actor,
  expires,
  json,
  ...place
}: CreateOptions): Promise<void> {
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

export interface ListKeysOptions extends RegistryOptions {
  readonly environment?: EnvironmentName;
  readonly json?: true;
}

/** @throws DataFolderProblem, DatabaseProblem, Problem `environment_not_found` */
export async function list({ environment, json, ...place }: ListKeysOptions): Promise<void> {
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

export interface RotateOptions extends RegistryOptions {
  /** Milliseconds, as are those of `expires`, from now. */
  readonly overlap: number;
  readonly expires?: number;
  readonly json?: true;
}

/** @throws DataFolderProblem, DatabaseProblem, Problem `key_not_found`, `key_ended` */
export async function rotate(id: string, { overlap, expires, json, ...place }: RotateOptions): Promise<void> {
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

export interface RevokeOptions extends RegistryOptions {
  /** True to also revoke the keys that it created. */
  readonly cascade?: true;
  readonly json?: true;
}

/** @throws DataFolderProblem, DatabaseProblem, Problem `key_not_found` */
export async function revoke(id: string, { json, cascade, ...place }: RevokeOptions): Promise<void> {
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
