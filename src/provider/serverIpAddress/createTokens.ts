import { randomBytes, randomUUID } from "node:crypto";

/**
 * Identifies creates: Pulumi tells create neither the resource's name nor the stack. So check adds a unique token to the
 * inputs, which a create that an error hook repeats keeps. The journal and the pending operations of the stack's state
 * identify a create by its token.
 */
export class CreateTokens {
  private readonly urns = new Map<string, string>();

  issue(urn: string): string {
    const token = randomBytes(6).toString("base64url");
    this.urns.set(token, urn);
    return token;
  }

  /** A create without a token of this process gets a random one, by which no later create finds it. */
  resolve(token: string | undefined): { token: string; urn: string } {
    const urn = token === undefined ? undefined : this.urns.get(token);
    if (token !== undefined && urn !== undefined) return { token, urn };
    const own = randomUUID();
    return { token: own, urn: `unnamed:${own}` };
  }
}
