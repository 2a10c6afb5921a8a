interface Endable {
  end(): Promise<void>;
}

/** Ends all and forgets them. Throws the first failure, when the others are ended too. */
export async function endEach(open: Set<Endable>): Promise<void> {
  const ended = [...open];
  open.clear();
  const ends = await Promise.allSettled(ended.map((one) => one.end()));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
