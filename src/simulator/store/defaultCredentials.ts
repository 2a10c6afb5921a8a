import type { Credentials } from "../model/entities";

/** What the user of the account signs in with, unless the seed says otherwise. */
export const defaultCredentials: Credentials = { username: "demo", password: "demo", token: "ucat_demo" };

/** What the user of the other account signs in with, unless the seed says otherwise. */
export const defaultOtherCredentials: Credentials = { username: "other", password: "other", token: "ucat_other" };
