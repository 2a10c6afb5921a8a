import type { IpAddressListEnvelope, IpAddressWire } from "../../src/api/wire";

/** The outputs of examples/quickstart. */
export interface QuickstartOutputs {
  address: string;
  ptrRecord: string;
}

export interface DemoAccount {
  url: string;
  credentials: { token: string };
}

/** Shows the stack's outputs, the account and what to try next. Fails if the stack's address is not in the account. */
export async function demoReport(outputs: QuickstartOutputs, account: DemoAccount, requests: number): Promise<string> {
  const assigned = (await listIpAddresses(account)).find(({ address }) => address === outputs.address);
  if (assigned === undefined) throw new Error(`The stack's address ${outputs.address} is not in the account.`);
  return `
The stack's outputs     ${outputs.address}  PTR ${outputs.ptrRecord}
The simulated account   ${assigned.address}  PTR ${assigned.ptr_record}  on server ${assigned.server}
Requests to the API     ${requests}

Try next:
  npm run demo -- config set ptrRecord smtp.example.com
  npm run demo -- preview     shows one update, in place
  npm run demo                applies it
  npm run demo -- outside     changes the PTR record outside of Pulumi
  npm run demo -- refresh     shows that drift; npm run demo corrects it
  npm run demo -- destroy     releases the address
`;
}

async function listIpAddresses({ url, credentials }: DemoAccount): Promise<IpAddressWire[]> {
  const response = await fetch(`${url}/1.2/ip_address`, { headers: { authorization: `Bearer ${credentials.token}` } });
  if (!response.ok) throw new Error(`Expected the simulator to list its addresses, got status ${response.status}.`);
  const { ip_addresses } = (await response.json()) as IpAddressListEnvelope;
  return ip_addresses.ip_address;
}
