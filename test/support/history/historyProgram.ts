import { absent } from "../demoServers";
import { type Declared, entryOf, nameOf, type Stack } from "../stackEntries";
import type { Edit } from "./historySteps";

export interface Extra {
  server: string;
  family: "IPv4" | "IPv6";
  ptrRecord: string;
}

const names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"];
const mostResources = 5;

/** The program of a history, as its author edits it. */
export class Program {
  resources: Declared[] = [];

  /** @param extras somebody else's addresses that may be adopted */
  constructor(
    private readonly stack: Stack,
    private readonly extras: ReadonlyMap<string, Extra>,
    private readonly powerCycle: boolean,
  ) {}

  edit(edit: Edit): void {
    const at = "which" in edit && this.resources.length > 0 ? edit.which % this.resources.length : -1;
    const found = this.resources[at];
    switch (edit.edit) {
      case "add":
        this.add({ server: edit.server, family: edit.family, ptrRecord: edit.ptrRecord });
        return;
      case "adopt":
        this.adopt(edit.which, edit.ptrRecord, found);
        return;
      default:
        if (found !== undefined) this.editOf(found, at, edit);
    }
  }

  /** An address that is gone cannot be adopted: its author takes that out. */
  adoptNoMore(address: string): void {
    for (const { args } of this.resources) if (args.adopt === address) delete args.adopt;
  }

  /** What another stack has of it when it begins with the same program. */
  copyOf({ resources }: Program): void {
    this.resources = resources.map(({ name, args: { adopt: _, ...args }, isExplicit = false }) => ({
      name,
      args,
      isExplicit,
    }));
  }

  /** Renames are over once they are carried out. */
  dropAliases(): void {
    for (const resource of this.resources) delete resource.alias;
  }

  private editOf(found: Declared, at: number, edit: Exclude<Edit, { edit: "add" | "adopt" }>): void {
    const { adopt: _, ...args } = found.args;
    switch (edit.edit) {
      case "remove":
        this.resources.splice(at, 1);
        return;
      case "ptrRecord":
        found.args = { ...found.args, ptrRecord: edit.ptrRecord };
        return;
      case "server":
        if (edit.server !== found.args.server) found.args = { ...args, server: edit.server };
        return;
      case "family":
        found.args = { ...args, family: args.family === "IPv4" ? "IPv6" : "IPv4" };
        return;
      case "provider":
        found.isExplicit = !found.isExplicit;
        return;
      case "deleteBeforeReplace":
        found.deleteBeforeReplace = !found.deleteBeforeReplace;
        return;
      case "rename":
        this.rename(found);
        return;
      case "swap":
        this.swap(found, this.resources[edit.other % this.resources.length] ?? found);
        return;
      case "hand over":
        this.handOver(found, at);
        return;
      default:
        edit satisfies never;
    }
  }

  private add(args: Declared["args"]): void {
    const name = this.freeNames()[0];
    if (this.resources.length >= mostResources || name === undefined) return;
    this.resources.push({ name, args: { ...args, powerCycle: this.powerCycle } });
  }

  private adopt(which: number, ptrRecord: string | undefined, found: Declared | undefined): void {
    const adopted = this.resources.map(({ args }) => args.adopt);
    const [address, extra] = [...this.extras].filter(([one]) => !adopted.includes(one))[which] ?? [];
    if (address === undefined || extra === undefined) return;
    const args = { server: extra.server, family: extra.family, ptrRecord, adopt: address };
    if (found === undefined || which % 2 === 0) this.add(args);
    else found.args = { ...args, powerCycle: this.powerCycle };
  }

  private rename(found: Declared): void {
    const name = this.freeNames().at(-1);
    if (name === undefined) return;
    if (entryOf(this.stack, found) !== undefined) found.alias ??= found.name;
    found.name = name;
  }

  private swap(one: Declared, other: Declared): void {
    const { adopt: _, ...first } = one.args;
    const { adopt: __, ...second } = other.args;
    one.args = second;
    if (one !== other) other.args = first;
  }

  private handOver(found: Declared, at: number): void {
    const entry = entryOf(this.stack, found);
    if (entry === undefined || this.freeNames().length === 0) return;
    const { server, family } = entry.inputs as Declared["args"];
    const name = this.freeNames()[0];
    if (name === undefined || this.resources.some(({ args }) => args.adopt === entry.id && args !== found.args)) return;
    const { alias: _, ...kept } = found;
    this.resources.splice(at, 1, { ...kept, name, args: { ...found.args, server, family, adopt: entry.id } });
  }

  private freeNames(): string[] {
    const taken = this.resources.flatMap(({ name, alias }) => [name, alias]);
    const inState = this.stack.entries.map(nameOf);
    return names.filter((name) => !taken.includes(name) && !inState.includes(name));
  }
}

/** Nobody looks any more for what an assign to a server that does not exist has brought. */
export const doomed: Declared = {
  name: "doomed",
  args: { server: absent, family: "IPv4" },
  isDoomed: true,
};
