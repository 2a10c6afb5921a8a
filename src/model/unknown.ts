/**
 * What check and diff receive in a preview instead of a value that is not known yet. The SDK's own constant
 * (`unknownValue` in `runtime/rpc`) is internal; a test compares the two.
 */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

export const isUnknown = (value: unknown): boolean => value === unknownValue;
