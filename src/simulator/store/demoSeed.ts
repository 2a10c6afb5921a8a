import type { Seed } from "./seed";

/** The account if no seed is given: a running mail server and a stopped web server. */
export const demoSeed: Seed = {
  credentials: { username: "demo", password: "demo", token: "ucat_demo" },
  servers: [
    {
      uuid: "009d64ef-31d1-4684-a26b-c86c955cbf46",
      title: "mail",
      zone: "fi-hel1",
      state: "started",
      ipAddresses: [{ partOfPlan: true }, { access: "private" }, { family: "IPv6" }],
    },
    {
      uuid: "0053cd80-5945-4105-9081-11192806a8f7",
      title: "web",
      zone: "de-fra1",
      state: "stopped",
      ipAddresses: [{ partOfPlan: true }, { access: "private" }],
    },
  ],
  otherAccount: {
    servers: [
      { uuid: "00c21a7e-6b0d-4f3e-9d58-2a4c6e80f1b3", title: "somebody-else", zone: "fi-hel1", state: "stopped" },
    ],
  },
};
