import { PolicyPack } from "@pulumi/policy";

const typesWithPtrRecord = ["ServerIpAddress", "PtrRecord"].map((name) => `pulumi-nodejs:dynamic/upcloud:${name}`);

new PolicyPack("upcloud-ip", {
  policies: [
    {
      name: "ptr-record-domain",
      description: "Every PTR record is in the company's domain.",
      enforcementLevel: "mandatory",
      configSchema: { properties: { domain: { type: "string", default: "example.com" } } },
      validateResource: ({ type, name, props, getConfig }, reportViolation) => {
        if (!typesWithPtrRecord.includes(type) || props.ptrRecord === undefined) return;
        const { domain } = getConfig<{ domain: string }>();
        if (isInDomain(props.ptrRecord, domain)) return;
        reportViolation(
          `Resource "${name}": expected a ptrRecord in ${domain}, such as "mail.${domain}", got "${props.ptrRecord}": rename it.`,
        );
      },
    },
  ],
});

function isInDomain(record: string, domain: string): boolean {
  const name = record.toLowerCase().replace(/\.$/, "");
  return `.${name}`.endsWith(`.${domain.toLowerCase()}`);
}
