// @ts-check
/**
 * Runs the programs of many operations, one after the other, as inline programs of Pulumi's Automation API. JavaScript, so that it starts
 * without a compiler.
 *
 * @typedef {import("./programHosts").InlineProgram} InlineProgram
 */
const { LocalWorkspace } = require("@pulumi/pulumi/automation");

const ownEnvironment = { ...process.env };

/** Called when the CLI has ended. */
let end = () => {};

process.on("message", (/** @type {InlineProgram | "end"} */ message) => {
  if (message === "end") end();
  else serve(message).catch((error) => process.send?.({ error: String(error?.stack ?? error) }));
});

// A server of the Automation API would go on without the test.
process.on("disconnect", () => process.exit());

/**
 * Serves the program to the CLI that the test starts, for a preview too: tells the flag with which the Automation API would start
 * the CLI for an `up`.
 *
 * @param {InlineProgram} program
 */
async function serve({ file, workDir, stackName, env }) {
  setEnvironment(env);
  const ended = new Promise((resolve) => {
    end = () => resolve(undefined);
  });
  /** Takes the place of the CLI. @param {string[]} args */
  const run = async (args) => {
    if (args[0] === "up") {
      process.send?.({ flags: args.filter((arg) => arg.startsWith("--client=")) });
      await ended;
    }
    return { stdout: "{}", stderr: "", code: 0 };
  };
  const program = async () => {
    delete require.cache[require.resolve(file)];
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
  process.send?.({});
}

/** Nothing is left of the last program's. @param {Record<string, string>} env */
function setEnvironment(env) {
  const wanted = { ...ownEnvironment, ...env };
  for (const name of Object.keys(process.env)) if (!(name in wanted)) delete process.env[name];
  Object.assign(process.env, wanted);
}
