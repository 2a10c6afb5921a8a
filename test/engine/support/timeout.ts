/** The engine takes seconds for each operation, more on a busy machine. */
jest.setTimeout(300_000);
