// What makes a server's memory flat.

/** Fewer rounds have no middle to be compared with. */
export const LEAST_ROUNDS = 5;
// What the allocator keeps differs with how many clients happened to be busy at once: up to a megabyte or so with three workers.
const SLACK = 0.05;
const SLACK_BYTES = 3 * 1024 * 1024;

/**
 * The rule: the median of the last two fifths of the rounds is at most 5 %, or 3 MiB, above that of the two fifths before.
 * The first fifth is the allocator's, which keeps what the first bursts have needed.
 * @param {number[]} samples resident bytes after each round, of which each is like the others
 */
export function judge(samples) {
  if (samples.length < LEAST_ROUNDS) throw new Error(`${samples.length} rounds are too few to judge`);
  const part = Math.floor((samples.length * 2) / 5);
  const last = median(samples.slice(-part));
  const before = median(samples.slice(-2 * part, -part));
  const allowed = Math.max(before * SLACK, SLACK_BYTES);
  return { before, last, allowed, flat: last - before <= allowed };
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
