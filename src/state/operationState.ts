import { folderOfCli, type PulumiRun, runPulumi } from "./pulumiCli";
import { readStackState, type StackState } from "./stackState";

/** Where the stack is, as far as the program says; empty where no program runs, as in a destroy. */
export interface StackLocation {
  /** As the Pulumi CLI names it: `organization/project/stack`. */
  stack?: string | undefined;
  /** The folder of Pulumi.yaml. */
  projectFolder?: string | undefined;
}

/**
 * Reads the state of the stack that the operation under way works on. Pulumi tells a provider neither the stack nor the
 * backend. So the places where the state can be are tried, and a state counts only if it shows the operation that the
 * engine has just asked for: the engine notes each one there first.
 */
export class OperationState {
  private found: PulumiPlace | undefined;

  constructor(private readonly env: PulumiRun["env"]) {}

  /**
   * The state as it is now. The failure says what was tried and why it did not serve.
   *
   * @param isOfThisOperation whether the state shows the operation that is asked for
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

  /** The likeliest first. */
  private async *places({ stack, projectFolder }: StackLocation): AsyncGenerator<PulumiPlace> {
    if (this.found !== undefined) yield this.found;
    // A relative backend and the selected stack are those of the folder in which the CLI runs.
    const cliFolder = (await folderOfCli()) ?? process.cwd();
    const folders = new Set([cliFolder, projectFolder ?? cliFolder, process.cwd()]);
    // In a backend of the legacy layout a stack has the last part of its name only.
    const names = [...new Set([stack, stack?.split("/").at(-1), undefined])];
    for (const cwd of folders) for (const name of names) yield { cwd, stack: name };
    for (const cwd of folders) {
      for (const name of await this.stacksOf(cwd)) if (!names.includes(name)) yield { cwd, stack: name };
    }
  }

  /** All stacks of the project, whose selected one need not be the one of the operation (`--stack`). */
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
  /** `undefined`: the stack that is selected. */
  stack: string | undefined;
}

const describe = ({ stack }: PulumiPlace) => (stack === undefined ? "the selected stack" : `stack ${stack}`);
