import { randomBytes, randomUUID } from "node:crypto";

/**
 * Which create of which resource a call is: Pulumi tells create neither the name nor the stack. So check leaves a token
 * among the inputs. No two creates have the same one, and a create that an error hook repeats keeps its own: in the
 * journal, and in the pending operations of the stack's state, a token names one create for good.
 */
export class CreateTokens {
  private readonly urns = new Map<string, string>();

  issue(urn: string): string {
    const token = randomBytes(6).toString("base64url");
    this.urns.set(token, urn);
    return token;
  }

  /** A create that check has not seen gets a token and a name of its own, by which no later one finds it. */
  resolve(token: string | undefined): { token: string; urn: string } {
    const urn = token === undefined ? undefined : this.urns.get(token);
    if (token !== undefined && urn !== undefined) return { token, urn };
    const own = randomUUID();
    return { token: own, urn: `unnamed:${own}` };
  }
}
