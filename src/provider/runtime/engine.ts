import { connect } from "node:net";

/**
 * Whether an engine listens at the address. This process outlives an engine that is killed, and must not assign what nobody
 * will save.
 *
 * @param address default: the plugin's first argument, the engine that this process works for
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

/** After this time the engine is assumed to be alive: the computer may be too busy to answer. */
const connectTimeoutMs = 2000;
