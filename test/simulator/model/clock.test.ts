import { realClock } from "../../../src/simulator/model/clock";

test("on the real clock, a sleep lasts at least as long as requested", async () => {
  const clock = realClock();
  const slept: number[] = [];
  for (let sleeps = 0; sleeps < 100; sleeps++) {
    const begun = clock.now();
    await clock.sleep(3);
    slept.push(clock.now() - begun);
  }
  expect(slept.filter((ms) => ms < 3)).toEqual([]);
});
