import { readChoice, readFlag, readInteger, readNumber, readObject, readText, SetupError } from "./checks";
import { defaultRules, type Rules } from "./rules";

/** Checks rules that a user wrote, and fills in the defaults. */
export function readRules(value: unknown, what = "rules"): Rules {
  if (value === undefined) return { ...defaultRules };
  const given = readObject(value, what, Object.keys(defaultRules));
  const at = (name: keyof Rules) => [given[name], `${what}.${name}`] as const;
  const ms = (name: keyof Rules & `${string}Ms`) =>
    readInteger(...at(name), { from: 0, to: 86_400_000 }, defaultRules[name]);
  const rules: Rules = {
    addressLimit: readInteger(...at("addressLimit"), { from: 1, to: 100 }, defaultRules.addressLimit),
    addressLimitCounts: readChoice(
      ...at("addressLimitCounts"),
      ["per-family", "in-all"],
      defaultRules.addressLimitCounts,
    ),
    floatingCountsToLimit: readFlag(...at("floatingCountsToLimit"), defaultRules.floatingCountsToLimit),
    api12: readChoice(...at("api12"), ["served", "obsolete"], defaultRules.api12),
    bearerOn12: readFlag(...at("bearerOn12"), defaultRules.bearerOn12),
    modifyMethods: readChoice(...at("modifyMethods"), ["both", "documented"], defaultRules.modifyMethods),
    addressSpelling: readChoice(...at("addressSpelling"), ["own", "any"], defaultRules.addressSpelling),
    ptrTrailingDot: readChoice(...at("ptrTrailingDot"), ["refuse", "keep", "strip"], defaultRules.ptrTrailingDot),
    ptrUpperCase: readChoice(...at("ptrUpperCase"), ["refuse", "keep", "lower"], defaultRules.ptrUpperCase),
    ptrUnderscore: readChoice(...at("ptrUnderscore"), ["refuse", "keep"], defaultRules.ptrUnderscore),
    ptrEmpty: readChoice(...at("ptrEmpty"), ["refuse", "reset"], defaultRules.ptrEmpty),
    defaultPtrDomain: readText(...at("defaultPtrDomain"), defaultRules.defaultPtrDomain),
    releaseLastAddress: readChoice(...at("releaseLastAddress"), ["refuse", "allow"], defaultRules.releaseLastAddress),
    releasePartOfPlan: readChoice(...at("releasePartOfPlan"), ["refuse", "allow"], defaultRules.releasePartOfPlan),
    assignPrivate: readChoice(...at("assignPrivate"), ["refuse", "allow"], defaultRules.assignPrivate),
    showReleasePolicy: readFlag(...at("showReleasePolicy"), defaultRules.showReleasePolicy),
    creditsForIPv4: readNumber(...at("creditsForIPv4"), defaultRules.creditsForIPv4),
    requestMs: ms("requestMs"),
    hardStopMs: ms("hardStopMs"),
    softStopMs: ms("softStopMs"),
    stopShowsMaintenance: readFlag(...at("stopShowsMaintenance"), defaultRules.stopShowsMaintenance),
    stopTimeoutMaxSeconds: readInteger(
      ...at("stopTimeoutMaxSeconds"),
      { from: 1, to: 86_400 },
      defaultRules.stopTimeoutMaxSeconds,
    ),
    startMs: ms("startMs"),
    startAnswers: readChoice(...at("startAnswers"), ["started", "maintenance"], defaultRules.startAnswers),
    restartMaintenanceMs: ms("restartMaintenanceMs"),
    restartMs: ms("restartMs"),
    maxBodyBytes: readInteger(...at("maxBodyBytes"), { from: 1, to: 1_073_741_824 }, defaultRules.maxBodyBytes),
  };
  if (rules.restartMs < rules.restartMaintenanceMs) {
    throw new SetupError(`${what}.restartMs is ${rules.restartMs}: expected at least restartMaintenanceMs.`);
  }
  return rules;
}
