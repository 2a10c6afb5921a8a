import { endProgramHosts } from "./programHosts";

/** The engine takes seconds for each operation, more on a busy machine; the long forms have many. */
jest.setTimeout(process.env.SOAK === "1" ? 7_200_000 : 600_000);

afterAll(endProgramHosts);
