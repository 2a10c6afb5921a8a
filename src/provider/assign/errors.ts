import { seePage } from "../../api/errors/errorPages";
import type { Assignment } from "../../journal/journalEntry";
import { messageOf } from "../../model/messageOf";

const kindOf = ({ family, access }: Assignment) => `${access === "public" ? "" : "internal "}${family} address`;
const adoptLines = (addresses: readonly string[]) => addresses.map((address) => `\`adopt: "${address}"\``).join(" or ");

/** Without the initial list, the result of an assign whose response is lost could not be found. */
export class NotListedError extends Error {
  override readonly name = "NotListedError";

  constructor(assignment: Assignment, cause: unknown) {
    super(
      `No ${kindOf(assignment)} was requested for server ${assignment.server}, because the account's addresses could not be listed. ${messageOf(cause)}`,
    );
  }
}
const lostAnswerPage = seePage("lost-answer");

/** UpCloud's response was lost each time, and the assigns had no effect. */
export class NothingAssignedError extends Error {
  override readonly name = "NothingAssignedError";

  constructor(assignment: Assignment, attempts: number, lastError: unknown) {
    super(
      `UpCloud assigned no ${kindOf(assignment)} to server ${assignment.server} in ${attempts} attempts: run \`pulumi up\` again later. The last error: ${messageOf(lastError)} ${lostAnswerPage}`,
    );
  }
}

/** UpCloud may still carry out the request: repeating it could buy a second address. */
export class MayStillBeAssignedError extends Error {
  override readonly name = "MayStillBeAssignedError";

  constructor(assignment: Assignment, assignError: unknown) {
    super(
      `UpCloud may still assign an ${kindOf(assignment)} to server ${assignment.server}, so the assign is not sent again: run \`pulumi up\` again, which first looks for the address. ${messageOf(assignError)} ${lostAnswerPage}`,
    );
  }
}

/** The response was lost, and the search for its result failed. */
export class UnclearError extends Error {
  override readonly name = "UnclearError";

  constructor(assignment: Assignment, assignError: unknown, listError: unknown) {
    super(
      `UpCloud may have assigned an ${kindOf(assignment)} to server ${assignment.server}: run \`pulumi up\` again, which first looks for that address. ` +
        `${messageOf(assignError)} The server's addresses could not be listed either: ${messageOf(listError)} ${lostAnswerPage}`,
    );
  }
}

/** There are more new addresses than lost responses, so some belong to somebody else. */
export class AmbiguousAddressesError extends Error {
  override readonly name = "AmbiguousAddressesError";

  constructor(assignment: Assignment, addresses: readonly string[]) {
    super(
      `UpCloud's response to the assign of an ${kindOf(assignment)} to server ${assignment.server} was lost, and ${addresses.length} new addresses of the server belong to no known resource: ${addresses.join(", ")}. ` +
        `Set the one that belongs to this resource as ${adoptLines(addresses)}, release or adopt the others, and run \`pulumi up\` again. ${lostAnswerPage}`,
    );
  }
}

/** Without the stack's state it is unknown whether another resource has the address. */
export class CannotTellError extends Error {
  override readonly name = "CannotTellError";

  constructor(assignment: Assignment, addresses: readonly string[], cause: unknown) {
    super(
      `An interrupted operation probably assigned ${addresses.join(", ")} to server ${assignment.server}. It is unknown whether another resource of the stack has it, because the stack's state could not be read. ` +
        `To use the address, set ${adoptLines(addresses)} on this resource. ${messageOf(cause)} ${lostAnswerPage}`,
    );
  }
}

/** A process of an earlier operation still runs the same create. */
export class AnotherOperationError extends Error {
  override readonly name = "AnotherOperationError";

  constructor({ server }: Assignment) {
    super(
      `Another operation is assigning an address to server ${server} for this resource: wait until it ends, then run \`pulumi up\` again.`,
    );
  }
}

/** The engine has exited, so nobody would save the address's id. */
export class EngineGoneError extends Error {
  override readonly name = "EngineGoneError";

  constructor({ server }: Assignment) {
    super(`No address was assigned to server ${server}, because Pulumi has exited.`);
  }
}
