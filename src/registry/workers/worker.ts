/**
 * One worker of the pool. It is a process if the registry serves others, because a thread that runs out of memory in
 * the engine's own code ends the whole process. It is a thread if the registry is embedded in an editor.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Worker as Thread } from 'node:worker_threads';
import type { Reply } from './serve-tasks.ts';

export interface Worker {
  /** Runs one task at a time. @throws OutOfMemory, Error if it ended or the task failed */
  run(task: unknown): Promise<unknown>;
  /** Ends the worker at once. A running task rejects. */
  end(): Promise<void>;
  /** True if it can take another task. */
  readonly isAlive: boolean;
}

export class OutOfMemory extends Error {}

export interface WorkerOptions {
  readonly module: URL;
  /** The limit of its heap. */
  readonly memoryMb: number;
  /** Called when it ends by itself, unless its task needed too much memory. */
  readonly onFault: (error: unknown) => void;
}

/** The heap for new objects, in MB: a rendering creates many and keeps few. */
const YOUNG_MB = 16;

export function startProcess({ module, memoryMb, onFault }: WorkerOptions): Worker {
  const child: ChildProcess = fork(fileURLToPath(module), [], {
    serialization: 'advanced',
    execArgv: [`--max-old-space-size=${memoryMb}`, `--max-semi-space-size=${YOUNG_MB}`],
    // Running out of memory is detected by how the process ends, so its output is ignored.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const life = lifeOf(onFault, () => {
    // Callers wait for its end, even if nothing else is pending.
    child.ref();
    child.kill('SIGKILL');
  });
  child.on('message', reply => life.reply(reply as Reply));
  child.on('error', error => life.ended(error));
  child.on('exit', (code, signal) => life.ended(reasonOf(code, signal)));
  const rest = () => {
    child.unref();
    child.channel?.unref();
  };
  rest();
  return life.worker(task => {
    child.ref();
    child.channel?.ref();
    child.send(task as object, error => error !== null && life.ended(error));
  }, rest);
}

/** Signals if memory runs out: the engine aborts, or the system kills the process. */
const NO_MEMORY: ReadonlySet<NodeJS.Signals | null> = new Set(['SIGABRT', 'SIGTRAP', 'SIGILL', 'SIGKILL']);
const ABORTED = 134;

function reasonOf(code: number | null, signal: NodeJS.Signals | null): Error {
  if (NO_MEMORY.has(signal) || code === ABORTED) return new OutOfMemory('A worker ran out of memory.');
  return new Error(`A worker ended by itself (${signal ?? code}).`);
}

export function startThread({ module, memoryMb, onFault }: WorkerOptions): Worker {
  const thread = new Thread(module, {
    resourceLimits: { maxOldGenerationSizeMb: memoryMb, maxYoungGenerationSizeMb: 4 * YOUNG_MB },
  });
  const life = lifeOf(onFault, () => {
    thread.ref();
    void thread.terminate();
  });
  thread.on('message', reply => life.reply(reply as Reply));
  thread.on('error', error => {
    const { code } = error as NodeJS.ErrnoException;
    life.ended(code === 'ERR_WORKER_OUT_OF_MEMORY' ? new OutOfMemory(error.message) : error);
  });
  thread.on('exit', code => life.ended(new Error(`A worker ended by itself (${code}).`)));
  thread.unref();
  return life.worker(
    task => {
      thread.ref();
      thread.postMessage(task);
    },
    () => thread.unref(),
  );
}

interface Life {
  reply(reply: Reply): void;
  ended(error: unknown): void;
  worker(send: (task: unknown) => void, rest: () => void): Worker;
}

/** @param kill ends it at once */
function lifeOf(onFault: (error: unknown) => void, kill: () => void): Life {
  let running: PromiseWithResolvers<unknown> | undefined;
  let isAlive = true;
  let isTold = false;
  const over = Promise.withResolvers<void>();
  return {
    reply(reply) {
      const asked = running;
      running = undefined;
      if ('value' in reply) asked?.resolve(reply.value);
      else asked?.reject(new Error(`A task failed: ${reply.error}`));
    },
    ended(error) {
      // If it ran out of memory, the caller gets that error.
      if (isAlive && !(error instanceof OutOfMemory && running !== undefined)) onFault(error);
      isAlive = false;
      running?.reject(error);
      running = undefined;
      over.resolve();
    },
    worker: (send, rest) => ({
      async run(task) {
        const asked = Promise.withResolvers<unknown>();
        running = asked;
        try {
          send(task);
          return await asked.promise;
        } finally {
          running = undefined;
          if (isAlive) rest();
        }
      },
      end() {
        if (!isTold && isAlive) kill();
        isTold = true;
        isAlive = false;
        running?.reject(new Error('A worker was ended.'));
        return over.promise;
      },
      get isAlive() {
        return isAlive;
      },
    }),
  };
}
