import { folderOfCli, type PulumiRun, runPulumi } from "./pulumiCli";
import { readStackState, type StackState } from "./stackState";

/** Where the stack is, as far as the program tells; empty if no program runs, as in a destroy. */
export interface StackLocation {
  /** As the Pulumi CLI names it: `organization/project/stack`. */
  stack?: string | undefined;
  /** The folder of Pulumi.yaml. */
  projectFolder?: string | undefined;
}

/**
 * Reads the state of the stack on which the current operation works. Pulumi tells a provider neither the stack nor the
 * backend, so this tries every place where the state can be. A state counts only if it shows the operation that the engine
 * has just requested: the engine records each operation there first.
 */
export class OperationState {
  private found: PulumiPlace | undefined;

  constructor(private readonly env: PulumiRun["env"]) {}

  /**
   * The current state. The error says what was tried, and why it failed.
   *
   * @param isOfThisOperation whether the state shows the requested operation
   */
  async read(hints: StackLocation, isOfThisOperation: (state: StackState) => boolean): Promise<StackState> {
    const reasons = new Set<string>();
    for await (const place of this.places(hints)) {
      try {
        const state = await readStackState({ ...place, env: this.env });
        if (isOfThisOperation(state)) {
          this.found = place;
          return state;
        }
        reasons.add(`${describe(place)} does not show this operation`);
      } catch (error) {
        reasons.add(`${(error as Error).message} (in ${place.cwd})`);
      }
    }
    throw new Error(`The stack's state could not be read: ${[...reasons].join("; ")}.`);
  }

  /** The most likely place first. */
  private async *places({ stack, projectFolder }: StackLocation): AsyncGenerator<PulumiPlace> {
    if (this.found !== undefined) yield this.found;
    // A relative backend and the selected stack depend on the folder in which the CLI runs.
    const cliFolder = (await folderOfCli()) ?? process.cwd();
    const folders = new Set([cliFolder, projectFolder ?? cliFolder, process.cwd()]);
    // In a backend with the legacy layout, a stack is known by the last part of its name only.
    const names = [...new Set([stack, stack?.split("/").at(-1), undefined])];
    for (const cwd of folders) for (const name of names) yield { cwd, stack: name };
    for (const cwd of folders) {
      for (const name of await this.stacksOf(cwd)) if (!names.includes(name)) yield { cwd, stack: name };
    }
  }

  /** All stacks of the project: the operation may work on one that is not selected (`--stack`). */
  private async stacksOf(cwd: string): Promise<string[]> {
    try {
      const stacks: { name: string }[] = JSON.parse(await runPulumi(["stack", "ls", "--json"], { cwd, env: this.env }));
      return stacks.map(({ name }) => name);
    } catch {
      return [];
    }
  }
}

interface PulumiPlace {
  cwd: string;
  /** `undefined` stands for the selected stack. */
  stack: string | undefined;
}

const describe = ({ stack }: PulumiPlace) => (stack === undefined ? "the selected stack" : `stack ${stack}`);
