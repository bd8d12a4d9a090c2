/** Keeps connections to a local socket, and retries while its queue of new connections is full. */
import { Agent, type AgentOptions } from 'node:http';
import { connect, type Socket } from 'node:net';

/** The error if the queue of a Unix domain socket is full; for TCP the system itself would retry. */
const QUEUE_FULL = 'EAGAIN';
/** In ms. */
const PAUSE = 20;

/** @param patience how long to retry, in ms */
export function socketAgent(path: string, patience: number, options: AgentOptions): Agent {
  const agent = new Agent(options);
  agent.createConnection = (_, callback) => {
    const until = performance.now() + patience;
    const attempt = (): void => {
      const socket: Socket = connect(path);
      const refused = (error: NodeJS.ErrnoException): void => {
        if (error.code === QUEUE_FULL && performance.now() < until) setTimeout(attempt, PAUSE).unref();
        else callback?.(error, socket);
      };
      socket.once('error', refused);
      socket.once('connect', () => {
        socket.off('error', refused);
        callback?.(null, socket);
      });
    };
    attempt();
    return undefined;
  };
  return agent;
}
