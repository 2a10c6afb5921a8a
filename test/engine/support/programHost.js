// @ts-check
/**
 * Runs the programs of many operations, one after the other, as inline programs of Pulumi's Automation API. JavaScript, so that it starts
 * without a compiler.
 *
 * @typedef {{ file: string, workDir: string, stackName: string, env: Record<string, string> }} Program
 */
const { LocalWorkspace } = require("@pulumi/pulumi/automation");

/** Called when the CLI has ended. */
let end = () => {};

process.on("message", (/** @type {Program | "end"} */ message) => {
  if (message === "end") end();
  else void serve(message);
});

/**
 * Serves the program to the CLI that the test starts, with the flags that the Automation API would give it.
 *
 * @param {Program} program
 */
async function serve({ file, workDir, stackName, env }) {
  Object.assign(process.env, env);
  const ended = new Promise((resolve) => {
    end = () => resolve(undefined);
  });
  /** Takes the place of the CLI. @param {string[]} args */
  const run = async (args) => {
    if (args[0] === "up") {
      process.send?.(args.filter((arg) => arg.startsWith("--client=")));
      await ended;
    }
    return { stdout: "{}", stderr: "", code: 0 };
  };
  const program = async () => {
    delete require.cache[file];
    const exported = require(file);
    return typeof exported === "function" ? exported() : exported;
  };
  const options = {
    workDir,
    envVars: env,
    pulumiCommand: /** @type {any} */ ({ command: "pulumi", version: null, run }),
  };
  const stack = await LocalWorkspace.createOrSelectStack({ stackName, projectName: "addresses", program }, options);
  await stack.up();
  process.send?.("ended");
}
