import type { Rules, SeedServer } from "../../../../src/simulator";
import type { ErrorCode } from "../../../../src/simulator/model/apiErrors";
import { uuids } from "../testSeed";

type Version = "1.2" | "1.3";

export type Request = readonly [method: string, path: string];

/** A request that is rejected, and the expected response. */
export type Row = readonly [
  when: string,
  request: Request,
  body: unknown,
  outcome: `${number} ${ErrorCode}`,
  more?: More,
];

interface More {
  /** Default: both versions. */
  only?: Version;
  headers?: Record<string, string>;
  rules?: Partial<Rules>;
  credits?: number;
  /** Default: the servers of the test seed. */
  servers?: SeedServer[];
  /** The exact message, if it was recorded or documented. */
  message?: string;
}

export const none = undefined;
export const ipAddress = (attributes: unknown) => ({ ip_address: attributes });
export const assign: Request = ["POST", "/ip_address"];
export const details = (address: string): Request => ["GET", `/ip_address/${address}`];
export const modify = (address: string): Request => ["PUT", `/ip_address/${address}`];
export const release = (address: string): Request => ["DELETE", `/ip_address/${address}`];
export const server = (method: string, uuid: string, verb = ""): Request => [method, `/server/${uuid}${verb}`];
export const stop = server("POST", uuids.running, "/stop");
export const restart = server("POST", uuids.running, "/restart");
export const ptr = ipAddress({ ptr_record: "mail.example.com" });
export const illegal = (uuid: string, state: string) =>
  `The operation is not allowed while the server ${uuid} is in state '${state}'.`;
