import { endProgramHosts } from "./programHosts";
import { isSoak } from "./soak";

/** The engine takes seconds for each operation, more on a busy machine; the long forms have many. */
jest.setTimeout(isSoak ? 7_200_000 : 600_000);

afterAll(endProgramHosts);
