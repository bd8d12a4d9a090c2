/** Runs a delivery thread: a server of its own on a store of its own, with everything else handed to the main thread. */
import type { MessagePort } from 'node:worker_threads';
import { Cleanup } from '../../core/cleanup.ts';
import { Problem } from '../../core/problem.ts';
import { isMadeOnDemand } from '../delivery/affected.ts';
import type { DeliverySpec } from '../delivery/delivery-cache.ts';
import { openRegistryAt } from '../open-registry.ts';
import { holdToMacsOf } from '../proof/start-macs.ts';
import { alarmEntry, faultEntry } from '../serving/request-log.ts';
import { type RunningServer, startServer } from '../serving/server.ts';
import { toPlain } from '../tasks/plain.ts';
import type { Command, ThreadMessage, ThreadOrder } from './messages.ts';
import { takePriority } from './priority.ts';

/** Few are needed, because a delivery is read once and then sent from memory. */
const DATABASE_CONNECTIONS = 4;

/** Runs until it is closed by a command, or reports that it cannot start. */
export async function deliver(port: MessagePort, order: ThreadOrder): Promise<void> {
  const report = (message: ThreadMessage): void => port.postMessage(message);
  try {
    await serve(port, order, report);
  } catch (error) {
    report({ kind: 'refused', problem: toPlain(asProblem(error)) });
  }
  port.close();
}

type Tell = (message: ThreadMessage) => void;

async function serve(port: MessagePort, order: ThreadOrder, report: Tell): Promise<void> {
  const { place, serving, socket, seen, broken, notesUse } = order;
  takePriority(order.priority);
  const log = (entry: object) => report({ kind: 'log', entry });
  await using closing = new Cleanup();
  const store = await openRegistryAt(place, {
    create: false,
    readOnly: true,
    connections: DATABASE_CONNECTIONS,
    onNarrowed: sentence => log({ ...alarmEntry('mode_narrowed', sentence), level: 'warn' }),
  });
  closing.defer(() => store.close());
  if (place.registryKey !== undefined) await holdToMacsOf(store, place.registryKey);
  const commands = commandsFrom(port);
  report({ kind: 'ready' });
  await commands.go;
  const server = await startServer({
    store,
    ...serving,
    log,
    behind: {
      socket,
      seen,
      ...(notesUse && { writeUses: async uses => report({ kind: 'used', uses }) }),
      onKept: keptReports(report),
      onBroken: ({ message }) => report({ kind: 'broken', message }),
      onDraining: () => report({ kind: 'draining' }),
    },
  });
  if (broken !== null) server.reportBroken(new Error(broken));
  const closed = obeyed(commands, server, report);
  report({ kind: 'listening', url: server.url });
  await closed;
}

/**
 * How long reports of cached deliveries are gathered, in ms: a message for each would take longer than reading the
 * delivery.
 */
const GATHER = 20;

/** Reports cached deliveries that a promotion does not prepare by itself. */
function keptReports(report: Tell): (spec: DeliverySpec) => void {
  let gathered: DeliverySpec[] = [];
  return spec => {
    if (!isMadeOnDemand(spec)) return;
    if (gathered.push(spec) > 1) return;
    setTimeout(() => {
      report({ kind: 'kept', specs: gathered });
      gathered = [];
    }, GATHER).unref();
  };
}

interface Commands {
  readonly go: Promise<void>;
  /** Handles the commands received so far, and later ones. */
  obey(by: (command: Command) => void): void;
}

function commandsFrom(port: MessagePort): Commands {
  const { promise: go, resolve } = Promise.withResolvers<void>();
  const early: Command[] = [];
  let obeying: ((command: Command) => void) | undefined;
  port.on('message', (command: Command) => {
    if (command.kind === 'go') resolve();
    else if (obeying !== undefined) obeying(command);
    else early.push(command);
  });
  return {
    go,
    obey(by) {
      obeying = by;
      for (const command of early.splice(0)) by(command);
    },
  };
}

/** Resolves when the server has been closed on request. */
function obeyed(commands: Commands, server: RunningServer, report: Tell): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  commands.obey(command => {
    switch (command.kind) {
      case 'committed':
        // If the database cannot be read now, the next delivery detects it.
        void server
          .committedElsewhere(command.events, command.made)
          .catch(() => {})
          .then(() => command.id !== undefined && report({ kind: 'done', id: command.id }));
        break;
      case 'metrics':
        void server.metrics().then(
          value => report({ kind: 'done', id: command.id, value }),
          error => {
            report({ kind: 'log', entry: faultEntry(error) });
            report({ kind: 'done', id: command.id });
          },
        );
        break;
      case 'broken':
        server.reportBroken(new Error(command.message));
        break;
      case 'certificate':
        server.renewCertificate(command.tls);
        break;
      case 'close':
        server.close(command.delay).then(resolve, reject);
    }
  });
  return promise;
}

/** Rarely anything but a Problem, because the main thread has already opened the same registry. */
function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new Problem('unavailable', message, {}, { cause: error });
}
