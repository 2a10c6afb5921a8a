import type { Fault } from "./faults";
import { readFault } from "./readFault";

/** The queued faults, first in, first out. */
export class FaultQueue {
  private queue: Fault[] = [];

  /** Checks a fault and queues it. */
  add(fault: Fault): void {
    this.queue.push({ times: 1, skip: 0, ...readFault(fault) });
  }

  clear(): void {
    this.queue = [];
  }

  get pending(): readonly Fault[] {
    return this.queue;
  }

  /**
   * Takes the faults for a request: all matching delays and actions before the first matching fault of another kind, and
   * that fault.
   */
  takeMatching(method: string, pathname: string): Fault[] {
    const matching: Fault[] = [];
    for (const fault of [...this.queue]) {
      if (!matches(fault, method, pathname)) continue;
      if (fault.skip) {
        fault.skip--;
        continue;
      }
      matching.push(fault);
      fault.times = (fault.times ?? 1) - 1;
      if (fault.times <= 0) this.queue = this.queue.filter((other) => other !== fault);
      if (fault.kind !== "delay" && fault.kind !== "act") break;
    }
    return matching;
  }
}

function matches(fault: Fault, method: string, pathname: string): boolean {
  if (fault.method !== undefined && fault.method.toUpperCase() !== method) return false;
  if (fault.path === undefined) return true;
  const pattern = fault.path
    .split(/(\*\*?)/)
    .map((part) => (part === "**" ? ".*" : part === "*" ? "[^/]*" : escapeRegExp(part)));
  return new RegExp(`^(/[0-9.]+)?${pattern.join("")}$`, "i").test(pathname);
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
