import { connect } from "node:net";

/**
 * Whether Pulumi's engine, which this process works for, still listens: the process goes on when the engine is killed,
 * and must not buy what nobody will keep. `address` is the plugin's first argument.
 */
export function isEngineAlive(address: string | undefined = process.argv[2]): Promise<boolean> {
  const [, host, port] = /^(.+):(\d+)$/.exec(address ?? "") ?? [];
  if (host === undefined) return Promise.resolve(true);
  return new Promise((resolve) => {
    const socket = connect({ host, port: Number(port) });
    const end = (isAlive: boolean) => {
      socket.destroy();
      resolve(isAlive);
    };
    socket.once("connect", () => end(true)).once("error", () => end(false));
    socket.setTimeout(connectTimeoutMs, () => end(true));
  });
}

/** A computer that is too busy to answer is no reason to give up. */
const connectTimeoutMs = 2000;
