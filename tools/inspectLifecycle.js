// @ts-check
/**
 * For NODE_OPTIONS="--require …": the process of the lifecycle, a child of Pulumi's engine, waits for a debugger on port 9229. The others, such as
 * the one of the program, run as usual: `--inspect` would make all of them ask for the same port.
 */
const inspector = require("node:inspector");
const { sep } = require("node:path");

const port = 9229;

if (process.argv[1]?.includes(["", "cmd", "dynamic-provider"].join(sep))) inspector.open(port, "127.0.0.1", true);
