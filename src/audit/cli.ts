#!/usr/bin/env node
import { command } from "./command";

command(process.argv.slice(2), {
  env: process.env,
  write: (text) => process.stdout.write(text),
  warn: (line) => process.stderr.write(`pulumi-upcloud-ip: ${line}\n`),
})
  .then((code) => {
    process.exitCode = code;
  })
  .catch((error: Error) => {
    process.stderr.write(`pulumi-upcloud-ip: ${error.message}\n`);
    process.exitCode = 2;
  });
