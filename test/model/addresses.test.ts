import type { IpAddressWire } from "../../src/api/wire";
import {
  canonicalAddress,
  defaultPtrRecord,
  defaultPtrRecordIn,
  familyOf,
  isGivenByUpCloud,
  isSameAddress,
  isSamePtrRecord,
  upCloudSpelling,
} from "../../src/model/addresses";

test.each([
  ["2001:db8:1:2:3045:abff:fe0c:04dd", "2001:DB8:1:2:3045:ABFF:FE0C:4DD"],
  ["2001:db8::ff", "2001:0db8:0000:0000:0000:0000:0000:00ff"],
  ["198.51.100.7", "198.51.100.7"],
])("%s and %s are the same address", (a, b) => {
  expect(isSameAddress(a, b)).toBe(true);
});

test.each([
  ["2001:db8::1", "2001:db8::2"],
  ["198.51.100.7", "::ffff:198.51.100.7"],
  ["198.51.100.7", "198.51.100.8"],
  ["no address", "another"],
])("%s and %s are not the same address", (a, b) => {
  expect(isSameAddress(a, b)).toBe(false);
});

test.each(["010.0.0.1", "10.1", "1.2.3.256", "fe80::1%eth0", "2001:db8::1/64", "mail.example.com", "", " 192.0.2.1"])(
  "%j is no address",
  (text) => {
    expect(canonicalAddress(text)).toBeUndefined();
    expect(familyOf(text)).toBeUndefined();
  },
);

test.each([
  ["198.51.100.7", "198.51.100.7"],
  ["2001:0DB8:1000:0310:D845:C4FF:FE5C:0F77", "2001:db8:1000:310:d845:c4ff:fe5c:0f77"],
  ["2001:db8::1", "2001:db8:0:0:0000:0000:0000:0001"],
  ["no address", "no address"],
])("UpCloud spells %s as %s", (text, spelled) => {
  expect(upCloudSpelling(text)).toBe(spelled);
});

test("the family follows from the address", () => {
  expect([familyOf("192.0.2.1"), familyOf("2001:db8::1")]).toEqual(["IPv4", "IPv6"]);
});

test("default names have the octets of IPv4, or the last four padded groups of IPv6", () => {
  expect(defaultPtrRecord("198.51.100.7", "de-fra1")).toBe("198-51-100-7.de-fra1.upcloud.host");
  expect(defaultPtrRecord("2001:db8:1:2:30:abff:fe0c:4dd", "de-fra1")).toBe(
    "0030-abff-fe0c-04dd.v6.de-fra1.upcloud.host",
  );
});

describe("the default name in a response", () => {
  const answer: IpAddressWire = {
    access: "public",
    address: "198.51.100.7",
    family: "IPv4",
    ptr_record: "mail.example.com",
  };

  test.each(["198-51-100-7.de-fra1.upcloud.host", "198-51-100-7.de-fra1.host.upcloud.com"])(
    "is the record where that is one: %s",
    (ptr_record) => {
      expect(defaultPtrRecordIn({ ...answer, ptr_record, zone: "fi-hel1" })).toBe(ptr_record);
    },
  );

  test.each(["198-51-100-7.DE-FRA1.UpCloud.Host.", "198-51-100-7.de-fra1.HOST.upcloud.com"])(
    "is recognised in any case and with the root's dot: %s",
    (ptr_record) => {
      const canonical = ptr_record.toLowerCase().replace(/\.$/, "");
      expect(defaultPtrRecordIn({ ...answer, ptr_record, zone: "fi-hel1" })).toBe(canonical);
    },
  );

  test("follows from the zone if the record is a different one", () => {
    expect(defaultPtrRecordIn({ ...answer, zone: "fi-hel1" })).toBe("198-51-100-7.fi-hel1.upcloud.host");
  });

  test("is unknown without a zone", () => {
    expect(defaultPtrRecordIn(answer)).toBeUndefined();
    expect(defaultPtrRecordIn({ ...answer, ptr_record: "198-51-100-70.de-fra1.upcloud.host" })).toBeUndefined();
  });

  test("is empty on the internal network", () => {
    expect(defaultPtrRecordIn({ ...answer, access: "private", ptr_record: "" })).toBe("");
  });
});

test.each<[string, boolean]>([
  ["", true],
  ["198-51-100-7.de-fra1.upcloud.host", true],
  ["198-51-100-7.de-fra1.UPCLOUD.host.", true],
  ["198-51-100-7.de-fra1.host.upcloud.com.", true],
  ["mail.example.com", false],
  ["upcloud.host", false],
  ["mail.upcloud.host.example.com", false],
])("whether UpCloud has set the record %j: %j", (ptrRecord, expected) => {
  expect(isGivenByUpCloud(ptrRecord)).toBe(expected);
});

test("PTR records are compared without case and trailing dot", () => {
  expect(isSamePtrRecord("Mail.Example.com.", "mail.example.com")).toBe(true);
  expect(isSamePtrRecord("mail.example.com", "mail.example.org")).toBe(false);
});
