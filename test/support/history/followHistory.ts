import type { Seed } from "../../../src/simulator";
import type { Outcome } from "../stackEntries";
import { type Engine, Follower, none, type Trouble } from "./follower";
import { seedOf } from "./historyModel";
import { destroySome, handOverHalfWay, loseUnnoticed } from "./historyScenes";
import type { History, Step } from "./historySteps";

/**
 * Follows a history with the lifecycle and with a model that knows nothing of how it works: after each step, and at most
 * two further operations without faults, the account has what the programs of its stacks declare.
 */
export async function follow(
  history: History,
  start: (seed: Seed, stacks: History["names"]) => Promise<Engine>,
): Promise<void> {
  const engine = await start(seedOf(history), history.names);
  const follower = new Follower(engine, history.runs);
  try {
    for (const step of history.steps) await take(follower, step);
    await follower.finish();
  } catch (error) {
    const story = follower.story.map((line) => `  ${line}`).join("\n");
    throw new Error(`${error instanceof Error ? error.message : error}\nThe history:\n${story}`);
  } finally {
    await engine.end();
  }
}

async function take(
  follower: Follower,
  { of, repeats, scene, interlude, faults, kill, ...changes }: Step,
): Promise<void> {
  const { model, engine } = follower;
  const how = { of, repeats, isRefreshed: changes.drifts.length > 0 };
  const troubles: Trouble[] = [{ faults, kill }];
  const trouble = () => troubles.pop() ?? none;
  model.startStep();
  if (scene?.scene === "unnoticed") await loseUnnoticed(follower, of, scene.which);
  else {
    if (scene?.scene === "destroy") await destroySome(follower, how, scene.which, trouble());
    const handOver = scene?.scene === "half-way" ? ([{ edit: "hand over", which: scene.which }] as const) : [];
    follower.begin(of, { ...changes, edits: [...changes.edits, ...handOver] });
    if (scene?.scene === "half-way") await handOverHalfWay(follower, how, scene.repair, trouble());
    if (scene?.scene === "target") {
      const targets = model.targetsAmong(of, scene.which);
      await follower.converge({ ...how, operation: "up", targets }, trouble());
    }
    const between = (outcome: Outcome) => follower.interlude(of, interlude, outcome);
    await follower.converge({ ...how, operation: "up" }, trouble(), between);
  }
  await engine.settle();
  model.compare();
  const wasTold = follower.story.some((line) => line.includes("could not be started again"));
  model.serverRunsAgain(kill !== undefined || wasTold);
  for (const program of model.programs) program.dropAliases();
}
