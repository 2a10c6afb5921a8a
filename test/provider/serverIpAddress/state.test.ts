import type { IpAddressWire } from "../../../src/api/wire";
import type { ServerIpAddressInputs } from "../../../src/model/inputs";
import { RestartError } from "../../../src/provider/powerCycle/errors";
import { fromState, observedFrom, toState } from "../../../src/provider/serverIpAddress/state";
import { web } from "../../support/demoServers";

const server = web;
const inputs: ServerIpAddressInputs = { server, family: "IPv4", access: "public" };
const answer: IpAddressWire = {
  access: "public",
  address: "198.51.100.7",
  family: "IPv4",
  ptr_record: "mail.example.com",
  server,
};
const observed = { ptrRecord: "mail.example.com", partOfPlan: false };

test("an answer of API 1.2 leaves out what it does not tell", () => {
  expect(observedFrom(answer)).toEqual(observed);
  expect(Object.keys(observedFrom(answer))).toEqual(["ptrRecord", "partOfPlan"]);
});

test("an answer of API 1.3 tells the zone and the MAC address, and the zone the default name", () => {
  const told = { ...answer, part_of_plan: "yes", mac: "76:2f:d0:52:2d:04", zone: "fi-hel2" } as const;
  expect(observedFrom(told)).toEqual({
    ptrRecord: "mail.example.com",
    defaultPtrRecord: "198-51-100-7.fi-hel2.upcloud.host",
    partOfPlan: true,
    mac: "76:2f:d0:52:2d:04",
    zone: "fi-hel2",
  });
});

test("a default name that was learnt earlier stays", () => {
  expect(observedFrom({ ...answer, zone: "fi-hel2" }, "learnt.upcloud.host").defaultPtrRecord).toBe(
    "learnt.upcloud.host",
  );
});

test("a state holds the observed record, and neither the declared one nor the mark of the creation", () => {
  expect(toState({ ...inputs, ptrRecord: "declared.example.com", __creation: "7" }, observed)).toEqual({
    ...inputs,
    ...observed,
    managesPtrRecord: true,
  });
  expect(toState(inputs, observed)).toEqual({ ...inputs, ...observed });
});

test("a server that stayed off is remembered until the next update", () => {
  const restartError = new RestartError({ title: "web", uuid: server }, "…");
  expect(toState(inputs, observed, restartError)).toEqual({ ...inputs, ...observed, leftStopped: true });
});

test("a state gives back the inputs, with the observed record where the program declares one", () => {
  const declared = toState({ ...inputs, ptrRecord: "declared.example.com" }, observed);
  expect(fromState(declared)).toEqual({ inputs: { ...inputs, ptrRecord: "mail.example.com" }, observed });
  expect(fromState(toState(inputs, observed))).toEqual({ inputs, observed });
  const whole = { ...observed, defaultPtrRecord: "a.upcloud.host", mac: "76:2f:d0:52:2d:04", zone: "fi-hel2" };
  expect(fromState(toState(inputs, whole))).toEqual({ inputs, observed: whole });
  expect(fromState({ ...declared, leftStopped: true, address: "198.51.100.7" }).inputs).toEqual({
    ...inputs,
    ptrRecord: "mail.example.com",
  });
});
