/** Runs `promptforge serve`. */
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { createSecureContext } from 'node:tls';
import packageJson from '../../package.json' with { type: 'json' };
import { Cleanup } from '../core/cleanup.ts';
import { makeFolder } from '../disk/make-folder.ts';
import { COMMAND_LINE } from '../registry/access/caller.ts';
import { listKeys } from '../registry/administration.ts';
import { IDENTITY_FILE } from '../registry/identity.ts';
import type { RegistryPlace } from '../registry/open-registry.ts';
import { openSigning, type Signing } from '../registry/proof/open-signing.ts';
import { checkExposure } from '../registry/serving/exposure.ts';
import type { Certificate } from '../registry/serving/http-server.ts';
import { type ConnectionLimits, failedKeyLimits } from '../registry/serving/limits.ts';
import { affordableConnections } from '../registry/serving/open-files.ts';
import { alarmEntry } from '../registry/serving/request-log.ts';
import type { Store } from '../registry/store/store.ts';
import { type ServedRegistry, serveRegistry } from '../registry/threads/serve-registry.ts';
import { webhookDispatcher } from '../registry/webhooks/dispatch.ts';
import { CommandFailure, EXIT } from './exit-code.ts';
import { line, log, say } from './output.ts';
import { readBytes } from './read-bytes.ts';
import { signedHeadFile } from './signed-head-file.ts';
import { type RegistryOptions, shownPlace, withRegistry } from './with-registry.ts';

export interface ServeOptions extends RegistryOptions {
  readonly host: string;
  readonly port: number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly registryKey?: string;
  readonly signedHead?: string;
  readonly behindProxy?: true;
  /** Requests per second and key; 0: no limit. */
  readonly rateLimit: number;
  /** The same for all keys of an environment together. */
  readonly environmentRateLimit: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress?: number;
  readonly maxConnectionsPerKey?: number;
  readonly maxUnauthenticated?: number;
  readonly maxUnauthenticatedPerAddress?: number;
  /** Requests without a valid key per second and address. */
  readonly failedKeys: number;
  /** The maximum number of calls of one key that wait for changes. */
  readonly maxWaiting: number;
  readonly trustedProxy?: readonly string[];
  /** In MiB. */
  readonly deliveryCache: number;
  /** The number of delivery threads. */
  readonly workers: number;
  /** In seconds, like the next option. */
  readonly requestTimeout: number;
  readonly drainDelay: number;
  readonly webhooksToPrivateNetworks?: true;
  /** Without a trailing slash. */
  readonly publicUrl?: string;
  readonly deliveryOnly?: true;
}

/**
 * Resolves after a stop signal, when every request has been answered.
 * @throws CommandFailure, DataFolderProblem, DatabaseProblem, Problem `invalid_request` or `unavailable` if it may not
 * or cannot listen
 */
export async function serve(options: ServeOptions): Promise<void> {
  const { host, port, tlsCert, tlsKey, behindProxy, deliveryOnly = false } = options;
  const { rateLimit, environmentRateLimit, requestTimeout, drainDelay, publicUrl } = options;
  const privateNetworks = options.webhooksToPrivateNetworks ?? false;
  const tls = await certificate(tlsCert, tlsKey);
  checkExposure({ host, tls: tls !== undefined, behindProxy: behindProxy ?? false });
  const place = await shownPlace(options);
  const opening = {
    ...{ create: !deliveryOnly, readOnly: deliveryOnly, onNarrowed: logNarrowed },
    // A broken registry is served too, and reports itself as broken.
    evenBroken: !deliveryOnly,
  };
  await withRegistry(options, opening, async store => {
    const signing = deliveryOnly ? undefined : await ownSigning(store, options);
    await using closing = new Cleanup();
    closing.defer(() => signing?.heads.close());
    // Queried before serving: if the database is lost right afterward, the process must continue.
    const hasKeys = (await listKeys(store, { limit: 1 })).length > 0;
    const asked = stopAsked();
    const server = await serveRegistry({
      place: placeOf(options),
      workers: options.workers,
      yields: true,
      store,
      ...signing,
      deliveryOnly,
      host,
      port,
      behindProxy: behindProxy ?? false,
      webhooksToPrivateNetworks: privateNetworks,
      publicUrl,
      log,
      ...(options.trustedProxy && { trustedProxies: options.trustedProxy }),
      limits: { ...limitsIn(options), requestTimeout: requestTimeout * 1000 },
      deliveryCache: options.deliveryCache * 1024 * 1024,
      ...(rateLimit > 0 && { rateLimit }),
      ...(environmentRateLimit > 0 && { environmentRateLimit }),
      ...(tls && { tls }),
    });
    const webhooks =
      signing &&
      webhookDispatcher({
        ...{ store: server.store, identity: signing.identity, privateNetworks, publicUrl, log },
      });
    // Ends every server before its store is closed.
    await using stopping = new Cleanup();
    stopping.defer(async () => {
      await Promise.all([server.close(drainDelay * 1000), webhooks?.close()]);
    });
    if (tls) renewAtHangup(server, () => certificate(tlsCert, tlsKey));
    logEvent('listening', {
      url: server.url,
      [options.database === undefined ? 'data' : 'database']: place,
      version: packageJson.version,
      pid: process.pid,
      ...(deliveryOnly && { deliveryOnly }),
    });
    webhooks?.start();
    if (!hasKeys && !deliveryOnly) await sayHowToBegin(options);
    const signal = await asked;
    logEvent('draining', { signal });
  });
  logEvent('stopped');
}

/** The place of the registry, with its key: by default, a data folder contains it. */
function placeOf({ data, database, registryKey }: RegistryOptions): RegistryPlace {
  const key = registryKey ?? (database === undefined ? undefined : join(data, IDENTITY_FILE));
  return {
    data,
    ...(database !== undefined && { database }),
    ...(key !== undefined && { registryKey: key }),
  };
}

function limitsIn(options: ServeOptions): Partial<ConnectionLimits> {
  const { maxConnectionsPerAddress, maxConnectionsPerKey } = options;
  const maxConnections = affordableConnections(options.maxConnections, options.workers);
  if (maxConnections < options.maxConnections)
    logEvent('fewer_connections', {
      level: 'warn',
      maxConnections,
      reason: 'This is the limit of open files for this process. Raise it (ulimit -n) for more.',
    });
  const { maxUnauthenticated, maxUnauthenticatedPerAddress, failedKeys, maxWaiting } = options;
  return {
    maxConnections,
    maxWaitingPerKey: maxWaiting,
    failedKeys: failedKeyLimits(failedKeys),
    ...(maxConnectionsPerAddress !== undefined && { maxPerAddress: maxConnectionsPerAddress }),
    ...(maxConnectionsPerKey !== undefined && { maxPerKey: maxConnectionsPerKey }),
    ...(maxUnauthenticated !== undefined && { maxUnauthenticated }),
    ...(maxUnauthenticatedPerAddress !== undefined && { maxUnauthenticatedPerAddress }),
  };
}

/** The registry's identity, which the log names from its first use. */
async function ownSigning(store: Store, options: ServeOptions): Promise<Signing> {
  const { data, registryKey, database } = options;
  const keyFile = registryKey ?? join(data, IDENTITY_FILE);
  // With a database, there may be no data folder yet.
  await makeFolder(dirname(keyFile), 0o700);
  return openSigning(store, {
    keyFile,
    headFile: await signedHeadFile(options, keyFile),
    author: COMMAND_LINE,
    onNarrowed: logNarrowed,
    // With a database, any number of machines keep their own heads.
    isOnlyPlace: database === undefined,
  });
}

/** Reads the certificate again at SIGHUP, so that a renewed one is used without a restart. */
function renewAtHangup(server: ServedRegistry, read: () => Promise<Certificate | undefined>): void {
  process.on('SIGHUP', () => {
    void renewed().catch((error: unknown) => log(alarmEntry('certificate_not_renewed', error)));
  });
  async function renewed(): Promise<void> {
    const tls = await read();
    if (tls === undefined) return;
    server.renewCertificate(tls);
    logEvent('certificate_renewed');
  }
}

/** Resolves at the first stop signal; another one then ends the process at once. */
function stopAsked(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (asked) process.exit(EXIT.refused);
      asked = true;
      resolve(signal);
    });
  }
  let asked = false;
  return promise;
}

function logNarrowed(sentence: string): void {
  log({ ...alarmEntry('mode_narrowed', sentence), level: 'warn' });
}

function logEvent(event: string, fields: object = {}): void {
  log({ at: new Date().toISOString(), level: 'info', event, ...fields });
}

async function sayHowToBegin({ data, database }: RegistryOptions): Promise<void> {
  const make = `promptforge keys create --environment development --role admin --actor ${userName()}`;
  await say(
    database === undefined
      ? line`This registry has no keys yet. Create the first one with: ${make} --data ${JSON.stringify(data)}`
      : line`This registry has no keys yet. Create the first one on the same database with: ${make}`,
  );
}

/** A user name that can be pasted: a placeholder in angle brackets would be a redirection. */
function userName(): string {
  try {
    const { username } = userInfo();
    return /^[\w.-]+$/.test(username) ? username : 'you';
  } catch {
    // The system has no entry for the user, as in some containers.
    return 'you';
  }
}

/** @throws CommandFailure if only one of the files is given, one cannot be read, or they do not match */
async function certificate(
  certFile: string | undefined,
  keyFile: string | undefined,
): Promise<Certificate | undefined> {
  if (certFile === undefined && keyFile === undefined) return undefined;
  if (certFile === undefined || keyFile === undefined)
    throw new CommandFailure(EXIT.usage, 'TLS needs both --tls-cert and --tls-key.');
  const [cert, key] = await Promise.all([pem(certFile), pem(keyFile)]);
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    throw new CommandFailure(
      EXIT.environment,
      `${certFile} and ${keyFile} cannot be used for TLS. Give a certificate and the private key that belongs to it, both in PEM.`,
      { cause },
    );
  }
  return { cert, key };
}

function pem(file: string): Promise<Buffer> {
  return readBytes(file, { bytes: 1024 * 1024, sentence: 'The file is too large for PEM.' });
}
