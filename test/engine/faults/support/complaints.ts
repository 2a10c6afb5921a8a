/** What the CLI says of resources that failed and that leaves a user without the means to go on. */
export function unhelpfulIn(output: string): string[] {
  return complaintsIn(output).filter((line) => !names.test(line) || !advice.test(line));
}

/** The CLI's own summary left out. */
function complaintsIn(output: string): string[] {
  const [, diagnostics = ""] = output.split("\nDiagnostics:\n");
  const lines = diagnostics.split("\n").filter((line) => /^\s+(error:|\*) /.test(line));
  return lines.filter((line) => !/error: (\w+ failed|\d+ errors? occurred:)$/.test(line));
}

/** The server or the address, or the setting that is to blame. */
const names =
  /\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b\d+\.\d+\.\d+\.\d+|\b2001:db8:|\bupcloud:(token|apiVersion)\b/;
const advice =
  /: (run|correct|check|add|use|release|grant|remove|copy|end|stop|set)\b|\. (Run|Start|If it persists, check)\b/;
