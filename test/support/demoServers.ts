/** Servers of the simulator's demo account: the first runs, the second is stopped. */
export const mail = "009d64ef-31d1-4684-a26b-c86c955cbf46";
export const web = "0053cd80-5945-4105-9081-11192806a8f7";

/** The UUID of no server at all. */
export const absent = "00000000-0000-4000-8000-000000000000";
