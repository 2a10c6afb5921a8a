import { type ApiVersion, accesses, families, releasePolicies } from "../../api/wire";
import { familyOf } from "../../model/addresses";
import type { ProgramHints } from "../../model/hints";
import { expectedServer, ipAddress, powerCycle, ptrRecord, server, timeouts } from "../../model/inputRules";
import type { ServerIpAddressInputs } from "../../model/inputs";
import { type Checked, type CheckFailure, checkEach, hasPassed, oneOf, type Rules, show } from "../../model/rules";
import { isUnknown } from "../../model/unknown";

/** Validates the inputs of a `ServerIpAddress` without UpCloud. Pure, never throws. */
export function checkServerIpAddress(news: Record<string, unknown>): Checked<DeclaredInputs> {
  const checked = checkEach<DeclaredInputs>(rules, news, {
    family: { default: "IPv4" },
    access: { default: "public" },
    server: { expected: expectedServer, advice: "set `server`" },
  });
  if (hasPassed(checked)) return { ...checked, failures: contradictions(checked.inputs) };
  return checked;
}

/** Only API 1.3 has release policies. */
export function releasePolicyFailures(
  { releasePolicy }: Partial<DeclaredInputs>,
  version: ApiVersion | undefined,
): CheckFailure[] {
  if (releasePolicy === undefined || version !== "1.2") return [];
  const reason =
    "expected upcloud:apiVersion to be 1.3, which has release policies, got 1.2: run `pulumi config set upcloud:apiVersion 1.3`, or remove `releasePolicy`";
  return [{ property: "releasePolicy", reason }];
}

/** The declaration's hints; empty while the server is unknown. */
export function programHintsFrom(json: unknown): Partial<ProgramHints> {
  return typeof json === "string" && !isUnknown(json) ? (JSON.parse(json) as ProgramHints) : {};
}

type DeclaredInputs = Omit<ServerIpAddressInputs, "__creation">;

const rules: Rules<DeclaredInputs> = {
  server,
  family: oneOf(families),
  access: oneOf(accesses),
  ptrRecord: ptrRecord("omit `ptrRecord` to get UpCloud's default name"),
  adopt: ipAddress("an IP address that is already on the server, such as 198.51.100.7"),
  powerCycle,
  releasePolicy: oneOf(releasePolicies),
  timeouts,
};

function contradictions(inputs: DeclaredInputs): CheckFailure[] {
  const { family, access, ptrRecord, adopt, releasePolicy } = inputs;
  const failures: CheckFailure[] = [];
  const onInternalNetwork = access === "private" || access === "utility";
  if (onInternalNetwork && family === "IPv6") {
    failures.push({
      property: "family",
      reason: `expected "IPv4" with access "${access}", got "IPv6": UpCloud's internal network has IPv4 addresses only`,
    });
  }
  if (onInternalNetwork && ptrRecord !== undefined) {
    failures.push({
      property: "ptrRecord",
      reason: `expected no ptrRecord with access "${access}", got ${show(ptrRecord)}: only public addresses have PTR records`,
    });
  }
  if (releasePolicy !== undefined && (onInternalNetwork || family === "IPv6")) {
    const got = onInternalNetwork ? `access "${access}"` : 'family "IPv6"';
    failures.push({
      property: "releasePolicy",
      reason: `expected a public IPv4 address, got ${got}: UpCloud keeps no other address when its server is deleted, remove \`releasePolicy\``,
    });
  }
  const adoptedFamily = adopt === undefined ? undefined : familyOf(adopt);
  if (adoptedFamily !== undefined && !isUnknown(family) && adoptedFamily !== family) {
    failures.push({
      property: "adopt",
      reason: `expected an ${family} address to match \`family\`, got ${show(adopt)}: correct \`family\` or \`adopt\``,
    });
  }
  return failures;
}
